import { LABELLED as JUDGED, ORDINARY } from "../../bench/eval/name-rows.ts";
import type { Token } from "../../src/models/token-text.ts";
import { random } from "../../tests/support/random.ts";
import { type LabelledText, labelledText, readRows, segmentsOf } from "./labelled-text.ts";
import { FOLDS, foldOf } from "./split.ts";
import { SyntheticTexts } from "./synthetic-text.ts";

/** A text for the encoders: what each token is, and the encoder that is to judge it without having read it. */
export interface EncoderText {
	readonly tokens: readonly Token[];
	readonly labels: readonly number[];
	readonly fold: number;
	/** How often it is learned from in an epoch. */
	readonly times: number;
	/** Whether it is learned from in small letters now and then. */
	readonly recased: boolean;
	/** A text whose names, if it has any, are nobody's data. */
	readonly isOrdinary: boolean;
	/** A text of the corpora. */
	readonly isJudged: boolean;
}

const SEED = 20_261_126;
const SYNTHETIC = 24_000;
/** What is alike and to be told apart, prompts and what people write in public, counts more. */
const TIMES: Readonly<Record<string, number>> = { "pii-presidio-synth": 3, "pii-ner-real": 2, "benign-prompts": 3, "pii-pl-bench": 0 };
/** Rows of one template are alike: of each corpus no more than this, evenly over all, are learned from. */
const MAX_ROWS = 6000;
/** No two rows of this one are of one template. */
const UNLIKE = "pii-ner-real";

/** Texts of the corpora in their order, then sentences of our own. The same data give the same texts. */
export function* encoderTexts(dir: string): Generator<EncoderText> {
	for (const corpus of [...JUDGED, ...ORDINARY]) {
		const rows = readRows(dir, corpus);
		const isOrdinary = ORDINARY.includes(corpus);
		const share = isOrdinary || corpus === UNLIKE ? 1 : Math.min(1, MAX_ROWS / rows.length);
		for (const [i, row] of rows.entries()) {
			const isLearned = Math.floor((i + 1) * share) > Math.floor(i * share);
			const text = isOrdinary ? { text: row.text, spans: [] } : labelledText(row);
			yield {
				...read(text),
				fold: foldOf(corpus, row),
				times: isLearned ? (TIMES[corpus] ?? 1) : 0,
				recased: !isOrdinary,
				isOrdinary,
				isJudged: true,
			};
		}
	}
	const synthetic = new SyntheticTexts(random(SEED));
	for (let i = 0; i < SYNTHETIC; i++) {
		const isOrdinary = i % 4 === 0;
		const text = isOrdinary ? synthetic.ordinary() : synthetic.personal();
		yield { ...read(text), fold: Math.floor(i / 4) % FOLDS, times: 1, recased: false, isOrdinary, isJudged: false };
	}
}

function read(text: LabelledText): Pick<EncoderText, "tokens" | "labels"> {
	const segments = segmentsOf(text);
	return { tokens: segments.flatMap(({ tokens }) => tokens), labels: segments.flatMap(({ labels }) => [...labels]) };
}
