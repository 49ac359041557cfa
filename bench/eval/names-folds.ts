import { HeldOut } from "../../models/names/held-out.ts";
import { type CorpusRow, readRows } from "../../models/names/labelled-text.ts";
import { FOLDS, foldOf } from "../../models/names/split.ts";
import { DEFAULTS, trainTokenModel } from "../../models/names/training.ts";
import { LABELS } from "../../src/models/entity-labels.ts";
import { type KnownName, remember, repeatsIn, type ScoredSpan } from "../../src/models/known-names.ts";
import { textSegments } from "../../src/models/text-segments.ts";
import { type EntitySpan, findEntities, isCommonWord, type TokenModel } from "../../src/models/token-model.ts";
import { type Thresholds, thresholdFor } from "../../src/models/token-model-file.ts";
import { tokenize } from "../../src/models/token-text.ts";
import { LEARNED } from "../../src/recognizers/learned.ts";
import { goldOf, LABELLED, ORDINARY, print, sourceOf } from "./name-rows.ts";
import { addCounts, type Counts, emptyCounts, type Found, scoresOf } from "./score.ts";

/** A row and what a model that was not trained on its fold takes for names, however doubtful. */
interface Read {
	readonly corpus: string;
	readonly fold: number;
	readonly row: CorpusRow;
	readonly segments: readonly Segment[];
	readonly isCommon: (word: number) => boolean;
}

interface Segment {
	readonly text: string;
	/** In bytes. */
	readonly from: number;
	readonly spans: readonly EntitySpan[];
}

type Kind = Exclude<keyof Thresholds, "place">;
const GRID = [
	0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999,
	0.9995, 0.9999,
];
/** Names of several words, names of one word, addresses and organisations may each touch one ordinary prompt in so many. */
const PROMPTS_PER_TOUCH = 5000;
/** Corpora of documents that hold somebody's data; the other English ones are tweets, encyclopaedia and filings, which name the public. */
const DOCUMENTS: ReadonlySet<string> = new Set(["pii-anon-eval", "pii-presidio-synth"]);

/**
 * `npm run eval -- names --folds`: five models, each trained on four folds and asked about the fifth, with thresholds that
 * are chosen on the ordinary prompts of the other four. Every row is reported once, by a model and thresholds that it had
 * no part in; then once more with what encoders said that had no part in it. Seven minutes of processor time.
 */
export function printNameFolds(dir: string): void {
	const models = Array.from({ length: FOLDS }, (_, fold) => {
		process.stderr.write(`training without fold ${fold + 1} of ${FOLDS}…\n`);
		return trainTokenModel(dir, new Set([fold]), DEFAULTS);
	});
	const readBy = (said: Said): Read[] => models.flatMap((model, fold) => readFold({ dir, fold, model, said }));
	process.stdout.write("The token model alone\n");
	printReads(readBy(new Map()));
	process.stdout.write("\nWith the encoder\n");
	printReads(readBy(saidOf(dir)));
}

function printReads(reads: readonly Read[]): void {
	const chosen = Array.from({ length: FOLDS }, (_, fold) => thresholdsFrom(reads.filter((read) => read.fold !== fold)));
	const results = new Map<string, Counts>();
	for (const read of reads) addRead(results, read, foundIn(read, chosen[read.fold] as Thresholds));
	print(["", "gold", "found", "unlabelled", "precision", "recall", "F1"]);
	for (const [name, counts] of [...results].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const { precision, recall, f1 } = scoresOf(counts);
		print([
			name,
			counts.gold,
			counts.found,
			counts.unlabelled,
			...[precision, recall, f1].map((value) => (Number.isNaN(value) ? "-" : value.toFixed(3))),
		]);
	}
	print([]);
	print(["ordinary text", "texts", "touched", "1 in"]);
	for (const corpus of ORDINARY) {
		const texts = reads.filter((read) => read.corpus === corpus);
		const touched = texts.filter((read) => isTouched(read, chosen[read.fold] as Thresholds)).length;
		print([corpus, texts.length, touched, touched === 0 ? "-" : Math.round(texts.length / touched)]);
	}
	process.stdout.write(`\nthresholds by fold: ${JSON.stringify(chosen)}\nfrom all folds: ${JSON.stringify(thresholdsFrom(reads))}\n`);
}

/** What encoders say of a row's tokens, by corpus and place. */
type Said = ReadonlyMap<string, Float64Array>;

interface Reader {
	readonly dir: string;
	readonly fold: number;
	readonly model: TokenModel;
	readonly said: Said;
}

function readFold({ dir, fold, model, said }: Reader): Read[] {
	const isCommon = (word: number): boolean => isCommonWord(model, word);
	return [...LABELLED, ...ORDINARY].flatMap((corpus) =>
		readRows(dir, corpus).flatMap((row, i) =>
			foldOf(corpus, row) === fold
				? [{ corpus, fold, row, segments: segmentsOf(model, row.text, said.get(`${corpus}/${i}`)), isCommon }]
				: [],
		),
	);
}

/** By the encoders that have not read the row. */
function saidOf(dir: string): Said {
	const heldOut = new HeldOut();
	const said = new Map<string, Float64Array>();
	for (const corpus of [...LABELLED, ...ORDINARY])
		for (const [i, { text }] of readRows(dir, corpus).entries()) {
			const tokens = textSegments(text).reduce((sum, segment) => sum + segment.tokens.length, 0);
			said.set(`${corpus}/${i}`, heldOut.next(tokens));
		}
	if (!heldOut.isAtEnd) throw new Error("models/names/held-out.bin.gz is of other corpora: train the encoder again.");
	return said;
}

/** The segments that the scanner would see. */
function segmentsOf(model: TokenModel, text: string, said: Float64Array | undefined): Segment[] {
	let at = 0;
	return textSegments(text).map(({ text: segment, from, tokens, before }) => {
		const start = at;
		at += tokens.length * LABELS;
		return { text: segment, from, spans: findEntities(model, segment, before, said?.subarray(start, at)).spans };
	});
}

function certainIn({ text, spans }: Segment, thresholds: Thresholds): ScoredSpan[] {
	return spans.flatMap((span) => {
		const { entity, from, to, probability } = span;
		const least = thresholdFor(thresholds, span, text);
		return entity !== "place" && least !== undefined && probability >= least ? [{ entity, from, to, score: probability }] : [];
	});
}

const isTouched = ({ segments }: Read, thresholds: Thresholds): boolean =>
	segments.some((segment) => certainIn(segment, thresholds).length > 0);

/** What is found by itself, and what is known from it. */
function foundIn({ segments, isCommon }: Read, thresholds: Thresholds): Found[] {
	let known: readonly KnownName[] = [];
	return segments.flatMap((segment) => {
		const certain = certainIn(segment, thresholds);
		const tokens = certain.length + known.length > 0 ? tokenize(segment.text) : [];
		known = remember(known, certain, tokens, isCommon);
		return [...certain, ...repeatsIn(tokens, known, certain)].map(({ entity, from, to }) => {
			const start = segment.from + Buffer.byteLength(segment.text.slice(0, from));
			return { type: entity, from: start, to: start + Buffer.byteLength(segment.text.slice(from, to)) };
		});
	});
}

/** The lowest of the grid at which each kind by itself touches few enough of the ordinary prompts. */
function thresholdsFrom(reads: readonly Read[]): Thresholds {
	const prompts = reads.filter(({ corpus }) => corpus === "benign-prompts");
	const none: Thresholds = { person: 2, lone: 2, address: 2, organization: 2, place: 1 };
	const most = prompts.length / PROMPTS_PER_TOUCH;
	const lowest = (kind: Kind): number => {
		const isFew = (least: number): boolean => prompts.filter((read) => isTouched(read, { ...none, [kind]: least })).length <= most;
		return GRID.find(isFew) ?? (GRID.at(-1) as number);
	};
	return { person: lowest("person"), lone: lowest("lone"), address: lowest("address"), organization: lowest("organization"), place: 1 };
}

/** Counts by type: each corpus and language, and English in documents, in public texts and in all. */
function addRead(results: Map<string, Counts>, { corpus, row }: Read, found: readonly Found[]): void {
	const gold = ORDINARY.includes(corpus) ? undefined : goldOf(row);
	if (gold === undefined) return;
	const english = [DOCUMENTS.has(corpus) ? "English documents" : "English public texts", "all English"];
	for (const { type } of LEARNED) {
		const spans = gold.filter((span) => span.type === type);
		const ours = found.filter((finding) => finding.type === type);
		const isNamed = nameTest(row.text, spans);
		if (spans.length + ours.length === 0) continue;
		for (const name of [sourceOf(corpus, row), ...(row.lang === "en" ? english : [])]) {
			const counts = results.get(`${type}: ${name}`) ?? emptyCounts();
			results.set(`${type}: ${name}`, counts);
			addCounts(counts, spans, ours, type === "person" ? isNamed : undefined);
		}
	}
}

/**
 * Whether a finding says only words of persons that are labelled in the same text. Where a corpus labels a name in one
 * line and forgets it in another, the finding is not false.
 */
function nameTest(text: string, labelled: readonly Found[]): (finding: Found) => boolean {
	const bytes = Buffer.from(text);
	const wordsOf = ({ from, to }: Found): string[] => tokenize(bytes.toString("utf8", from, to)).map((token) => token.text.toLowerCase());
	const names = new Set(labelled.flatMap(wordsOf));
	return (finding) => wordsOf(finding).every((word) => names.has(word));
}
