import { readFileSync } from "node:fs";
import { keptOnceMade } from "../core/kept-once-made.ts";
import { type Encoder, type LoadedEncoder, loadEncoder, TASKS, type Task } from "./onnx-encoder.ts";
import { type PieceWindow, pieceWindows } from "./piece-windows.ts";
import { textParts } from "./text-parts.ts";
import { TurnQueue } from "./turn-queue.ts";
import { WordPieces } from "./word-pieces.ts";

/** Windows of one text, and of all texts of a prompt, that the transformer reads: those that the first stage finds worst. */
const MAX_TEXT_WINDOWS = 4;
/** The same for harm, whose windows are shorter: parts of some sentences. */
const MAX_TEXT_PARTS = 10;
const MAX_PROMPT_WINDOWS = 16;
/** Windows of all prompts of a thread that may wait: about two seconds of work. What has no room is late. */
const MAX_WAITING_WINDOWS = 256;

/** Texts that are asked about, for each task. */
export type AskedTexts = Readonly<Record<Task, Iterable<string>>>;
/** The first stages: the chance, 0…1, for a text or a part of it. */
export type FirstStages = Readonly<Record<Task, (text: string) => number>>;

/** A small transformer: what is asked about the texts that the first stage is unsure of. */
export interface SecondStage {
	/**
	 * Chance of an attack, or of harm, 0…1, for each text, from both stages together. A text that is not in the answer was not read:
	 * there were too many, or the time was over or too many other prompts wait (`isLate`).
	 */
	judge(asked: AskedTexts, first: FirstStages, ms: number): Promise<SecondOpinion>;
	/** Gives up what waits, as late; resolves when nothing is read. */
	idle(): Promise<void>;
}

export interface SecondOpinion {
	readonly risks: Readonly<Record<Task, ReadonlyMap<string, number>>>;
	readonly isLate: boolean;
}

/** How the two stages are put together: the log odds of the first, and the transformer's output, weighed. */
export interface StageWeights {
	readonly first: number;
	readonly second: number;
	readonly offset: number;
}

type TaskWeights = Readonly<Record<Task, StageWeights>>;

interface ScoredWindow extends PieceWindow {
	/** By the first stage. */
	readonly score: number;
}

export function createSecondStage(encoder: Encoder, vocabulary: WordPieces, weights: TaskWeights): SecondStage {
	const queue = new TurnQueue(MAX_WAITING_WINDOWS);
	return {
		idle: () => queue.clear(),
		async judge(asked, first, ms) {
			const until = performance.now() + ms;
			const windows = TASKS.flatMap((task) =>
				[...asked[task]].flatMap((of) => WINDOWS[task](vocabulary, of, first[task]).map(({ ids, score }) => ({ ids, score, of, task }))),
			);
			const outputs = { injection: new Map<string, number>(), harm: new Map<string, number>() };
			const read = windows.sort(byScore).slice(0, MAX_PROMPT_WINDOWS);
			const pieces = read.map(({ ids, of, task }) => async () => {
				const said = (await encoder.read(ids))[task];
				outputs[task].set(of, Math.max(outputs[task].get(of) ?? Number.NEGATIVE_INFINITY, said));
			});
			const isLate = !(await queue.run(pieces, until));
			const risksOf = (task: Task): ReadonlyMap<string, number> =>
				new Map(Array.from(outputs[task], ([text, output]) => [text, together(weights[task], first[task](text), output)]));
			return { risks: { injection: risksOf("injection"), harm: risksOf("harm") }, isLate };
		},
	};
}

/** The windows of a text that the first stage finds worst. */
export function worstWindows(pieces: WordPieces, text: string, first: (part: string) => number): ScoredWindow[] {
	const windows = pieceWindows(pieces, text).map((window) => ({ ...window, score: first(text.slice(window.from, window.to)) }));
	return windows.sort(byScore).slice(0, MAX_TEXT_WINDOWS);
}

/** Likewise the parts of a text: harm is learned and judged in some sentences at once. A part that is too long is several windows. */
function worstParts(pieces: WordPieces, text: string, first: (part: string) => number): ScoredWindow[] {
	const windows = textParts(text).flatMap((part) =>
		pieceWindows(pieces, part, 1).map((window) => ({ ...window, score: first(part.slice(window.from, window.to)) })),
	);
	return windows.sort(byScore).slice(0, MAX_TEXT_PARTS);
}

const WINDOWS: Readonly<Record<Task, (pieces: WordPieces, text: string, first: (part: string) => number) => ScoredWindow[]>> = {
	injection: worstWindows,
	harm: worstParts,
};

const byScore = (a: { readonly score: number }, b: { readonly score: number }): number => b.score - a.score;

/** What a chance of exactly 0 or 1 is taken for, so that its odds are finite. */
const LEAST_CHANCE = 1e-6;

export function together({ first, second, offset }: StageWeights, chance: number, output: number): number {
	const known = Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, chance));
	return 1 / (1 + Math.exp(-(first * Math.log(known / (1 - known)) + second * output + offset)));
}

const FOLDER = new URL("../../models/second-stage/", import.meta.url);
const shipped = keptOnceMade(() => loadSecondStage(FOLDER));

/** The model of the package, loaded once per thread. Rejects with a message for people where it or its runtime is missing. */
export function shippedSecondStage(): Promise<SecondStage> {
	return shipped();
}

/** Reads a text with the model of the package, which is not kept. Rejects like `shippedSecondStage`. */
export async function proveSecondStage(): Promise<void> {
	const { encoder, vocabulary, weights } = await readFolder(FOLDER);
	try {
		const stage = createSecondStage(encoder, vocabulary, weights);
		const asked = { injection: ["word"], harm: ["word"] };
		const { risks } = await stage.judge(asked, { injection: () => 0.5, harm: () => 0.5 }, Number.POSITIVE_INFINITY);
		if (TASKS.some((task) => Number.isNaN(risks[task].get("word") ?? Number.NaN))) throw new Error("the model gives no number");
	} finally {
		await encoder.release();
	}
}

/** A folder with `model.onnx`, `vocabulary.txt` (one piece a line) and `weights.json`. */
export async function loadSecondStage(folder: URL): Promise<SecondStage> {
	const { encoder, vocabulary, weights } = await readFolder(folder);
	return createSecondStage(encoder, vocabulary, weights);
}

interface SecondStageFiles {
	readonly encoder: LoadedEncoder;
	readonly vocabulary: WordPieces;
	readonly weights: TaskWeights;
}

async function readFolder(folder: URL): Promise<SecondStageFiles> {
	const vocabulary = new WordPieces(readFileSync(new URL("vocabulary.txt", folder), "utf8").split("\n").filter(Boolean));
	const weights = JSON.parse(readFileSync(new URL("weights.json", folder), "utf8")) as TaskWeights;
	return { encoder: await loadEncoder(new URL("model.onnx", folder)), vocabulary, weights };
}
