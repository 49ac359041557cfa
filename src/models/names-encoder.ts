import { readFileSync } from "node:fs";
import { keptOnceMade } from "../core/kept-once-made.ts";
import { LABELS } from "./entity-labels.ts";
import { loadOnnx, type OnnxSession } from "./onnx-session.ts";
import { textSegments } from "./text-segments.ts";
import type { Thresholds } from "./token-model-file.ts";
import { type TokenWindow, tokenWindows } from "./token-windows.ts";
import { TurnQueue } from "./turn-queue.ts";
import { WordPieces } from "./word-pieces.ts";

/** Windows of all texts of a prompt that are read: about 28,000 characters. A text that has no room is the token model's. */
const MAX_PROMPT_WINDOWS = 32;
/** Windows of all prompts of a thread that may wait: some seconds of work. What has no room is late. */
const MAX_WAITING_WINDOWS = 128;

/** What the encoder says of one text: log probabilities, tokens × labels, of each segment, by the segment's first byte. */
export type LabelScores = ReadonlyMap<number, Float64Array>;

/** Probability of each entity from which it is reported by default, of both models together: what `npm run eval -- names --folds` chooses over all folds. */
export const ENCODER_THRESHOLDS: Thresholds = { person: 0.5, lone: 0.9999, address: 0.5, organization: 0.5, place: 1 };

export interface NamesReading {
	/** By text. One that is not here was not read: there were too many, or the time was over (`isLate`). */
	readonly scores: ReadonlyMap<string, LabelScores>;
	readonly isLate: boolean;
}

/** Nobody was asked in time. */
export const NAMES_TOO_LATE: NamesReading = { scores: new Map(), isLate: true };

/** A small transformer that tags names, beside the token model. */
export interface NamesEncoder {
	/** `ms`: for all texts together. */
	read(texts: Iterable<string>, ms: number): Promise<NamesReading>;
	/** Gives up what waits, as late; resolves when nothing is read. */
	idle(): Promise<void>;
}

/** Logits of one window, pieces × labels. */
export type ReadWindow = (window: Pick<TokenWindow, "ids" | "shapes">) => Promise<Float32Array>;

export function createNamesEncoder(readWindow: ReadWindow, pieces: WordPieces): NamesEncoder {
	const queue = new TurnQueue(MAX_WAITING_WINDOWS);
	return {
		idle: () => queue.clear(),
		async read(texts, ms) {
			const until = performance.now() + ms;
			const scores = new Map<string, LabelScores>();
			const steps: (() => Promise<void>)[] = [];
			let hasRoom = true;
			for (const text of texts) {
				const segments = textSegments(text);
				const tokens = segments.flatMap((segment) => segment.tokens);
				const windows = tokenWindows(pieces, tokens);
				if (steps.length + windows.length > MAX_PROMPT_WINDOWS) {
					hasRoom = false;
					continue;
				}
				const said = new Float64Array(tokens.length * LABELS);
				for (const [i, window] of windows.entries())
					steps.push(async () => {
						takeScores(said, window, await readWindow(window));
						if (i === windows.length - 1) scores.set(text, bySegment(segments, said));
					});
			}
			const isWhole = await queue.run(steps, until);
			return { scores, isLate: !(isWhole && hasRoom) };
		},
	};
}

/** Log probabilities of the window's own tokens, by the first piece of each. */
function takeScores(said: Float64Array, { from, at }: TokenWindow, logits: Float32Array): void {
	for (const [i, piece] of at.entries()) {
		const row = logits.subarray(piece * LABELS, (piece + 1) * LABELS);
		const sum = Math.log(row.reduce((total, logit) => total + Math.exp(logit), 0));
		for (const [label, logit] of row.entries()) said[(from + i) * LABELS + label] = logit - sum;
	}
}

function bySegment(segments: ReturnType<typeof textSegments>, said: Float64Array): LabelScores {
	let at = 0;
	return new Map(
		segments.map(({ from, tokens }) => {
			const start = at;
			at += tokens.length * LABELS;
			return [from, said.subarray(start, at)];
		}),
	);
}

const FOLDER = new URL("../../models/names/", import.meta.url);
const shipped = keptOnceMade(async () => {
	const { session, pieces } = await readFolder();
	return createNamesEncoder(windowReader(session), pieces);
});

/** The model of the package, loaded once per thread. Rejects with a message for people where it or its runtime is missing. */
export function shippedNamesEncoder(): Promise<NamesEncoder> {
	return shipped();
}

/** Reads a text with the model of the package, which is not kept. Rejects like `shippedNamesEncoder`. */
export async function proveNamesEncoder(): Promise<void> {
	const { session, pieces } = await readFolder();
	try {
		const { scores } = await createNamesEncoder(windowReader(session), pieces).read(["word"], Number.POSITIVE_INFINITY);
		if (!scores.get("word")?.get(0)?.every(Number.isFinite)) throw new Error("the model gives no numbers");
	} finally {
		await session.release();
	}
}

const windowReader =
	(session: OnnxSession): ReadWindow =>
	({ ids, shapes }) =>
		session.run({ ids, shapes }, "logits");

async function readFolder(): Promise<{ readonly session: OnnxSession; readonly pieces: WordPieces }> {
	const pieces = new WordPieces(readFileSync(new URL("vocabulary.txt", FOLDER), "utf8").split("\n").filter(Boolean));
	return { session: await loadOnnx(new URL("encoder.onnx", FOLDER)), pieces };
}
