import { ENTITIES, type Entity, LABELS } from "../../src/models/entity-labels.ts";
import { FEATURES, featuresOf } from "../../src/models/token-features.ts";
import type { TokenModel } from "../../src/models/token-model.ts";
import { random } from "../../tests/support/random.ts";
import { type CrfWeights, type Example, trainCrf } from "./crf.ts";
import { type LabelledText, labelledText, readRows, segmentsOf } from "./labelled-text.ts";
import { foldOf } from "./split.ts";
import { SyntheticTexts } from "./synthetic-text.ts";
import { wordLists } from "./word-lists.ts";

export interface TrainingOptions {
	readonly bits: number;
	readonly epochs: number;
	readonly decay: number;
	readonly dropout: number;
	/** Sentences of our own. */
	readonly synthetic: number;
	readonly log: (text: string) => void;
}

export const DEFAULTS: TrainingOptions = { bits: 19, epochs: 3, decay: 0.0001, dropout: 0.3, synthetic: 24_000, log: () => {} };

const SEED = 20_261_125;
/** Share of the tokens whose word lists are hidden. */
const LIST_DROPOUT = 0.35;
/** A bucket needs so many occurrences to have a weight. */
const MIN_COUNT = 2;

/** Corpora whose names are personal data, and how often a row is used. */
const LABELLED = { "pii-presidio-synth": 3, "pii-anon-eval": 1, "pii-ner-real": 1, "pii-meddocan-es": 1 } as const;
/** Ordinary prompts and replies: what is named there — authors, cities, products — is not to be touched. */
const ORDINARY = ["benign-prompts", "benign-replies", "benign-hard-negatives"];
/** Rows of one template are alike: of each language and corpus no more than this. */
const MAX_ROWS = 6000;

/** What the beginning of an entity is favoured by (log odds): training on ordinary text makes it rare. Chosen by hand. */
const FAVOUR: Readonly<Record<Entity, number>> = { person: 1, address: 0.5, organization: 2.5, place: 0 };

/** Trains on all rows outside the folds in `held`. The same data and folds give the same model. */
export function trainTokenModel(dir: string, held: ReadonlySet<number>, options: TrainingOptions): TokenModel {
	const { bits, epochs, decay, dropout, log } = options;
	const next = random(SEED);
	const rowsOf = (corpus: string) => readRows(dir, corpus).filter((row) => !held.has(foldOf(corpus, row)));
	const ordinary = ORDINARY.flatMap(rowsOf);
	const lists = wordLists(ordinary.map(({ text }) => text));
	log(`${ordinary.length} ordinary texts, ${lists.size} words in lists`);

	const texts: LabelledText[] = ordinary.map(({ text }) => ({ text, spans: [] }));
	for (const [corpus, times] of Object.entries(LABELLED)) {
		const rows = rowsOf(corpus);
		const kept = rows.filter(() => next() < MAX_ROWS / rows.length);
		for (const row of kept) for (let i = 0; i < times; i++) texts.push(maybeLower(labelledText(row), i === 0 ? 0.1 : 0.3, next));
		log(`${corpus}: ${kept.length} rows`);
	}
	const synthetic = new SyntheticTexts(next);
	for (let i = 0; i < options.synthetic; i++) texts.push(i % 4 === 0 ? synthetic.ordinary() : synthetic.personal());

	const { examples, seen } = examplesOf(texts, { lists, bits, next });
	const tokens = examples.reduce((sum, { labels }) => sum + labels.length, 0);
	log(`${examples.length} segments, ${tokens} tokens, ${FEATURES} features each`);
	const started = performance.now();
	const weights = trainCrf(examples, seen, {
		bits,
		epochs,
		rate: 0.15,
		decay,
		dropout,
		next,
		onEpoch: (epoch, loss) => log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, ${Math.round((performance.now() - started) / 1000)} s`),
	});
	return quantised(weights, lists, bits);
}

interface Featurising {
	readonly lists: ReadonlyMap<number, number>;
	readonly bits: number;
	readonly next: () => number;
}

/** Segments as features, and which buckets occur often enough to have weights. */
function examplesOf(texts: readonly LabelledText[], { lists, bits, next }: Featurising): { examples: Example[]; seen: Uint8Array } {
	const seen = new Uint8Array(1 << bits);
	const examples: Example[] = [];
	for (const { tokens, before, labels } of texts.flatMap(segmentsOf)) {
		const features = featuresOf(tokens, before, { lists: (word) => lists.get(word) ?? 0, bits }, () => next() < LIST_DROPOUT);
		for (const bucket of features) seen[bucket] = Math.min(255, (seen[bucket] as number) + 1);
		examples.push({ features, labels });
	}
	for (const [bucket, count] of seen.entries()) if (bucket === 0 || count < MIN_COUNT) seen[bucket] = 0;
	return { examples, seen };
}

/** Weights as whole numbers of one byte; the few beyond four times the spread are clipped. */
function quantised({ weights, transitions }: CrfWeights, lists: ReadonlyMap<number, number>, bits: number): TokenModel {
	const sizes = Float32Array.from(weights, Math.abs)
		.filter((size) => size > 0)
		.sort();
	const scale = (sizes[Math.floor(sizes.length * 0.9995)] as number) / 127;
	// Weights that decide nothing are most of them: as zeros they cost no room in the file.
	const whole = (weight: number): number =>
		Math.abs(weight) < 2.5 * scale ? 0 : Math.max(-127, Math.min(127, Math.round(weight / scale)));
	const rounded = Int8Array.from(weights, whole);
	const words = Int32Array.from([...lists.keys()]).sort();
	const wordBits = Uint8Array.from(words, (word) => lists.get(word) ?? 0);
	const favoured = transitions.map((weight, i) => weight + favourOf(i % LABELS));
	return { bits, scale, weights: rounded, transitions: favoured, words, wordLists: wordBits };
}

function favourOf(label: number): number {
	return label % 2 === 1 ? FAVOUR[ENTITIES[(label - 1) / 2] as Entity] : 0;
}

function maybeLower(text: LabelledText, share: number, next: () => number): LabelledText {
	const lower = text.text.toLowerCase();
	return next() < share && lower.length === text.text.length ? { ...text, text: lower } : text;
}
