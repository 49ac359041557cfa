import { readFileSync } from "node:fs";
import { HarmReader, type HarmReaderState, type OnSentence } from "./harm-reader.ts";
import { readLinearModel } from "./linear-model.ts";
import { WordReader } from "./word-features.ts";

export interface HarmModel {
	/** A reader for one text, from where another one stopped. */
	open(state?: HarmReaderState): HarmReader;
	/** Calibrated chance of harm, 0…1, of the worst sentences of a whole text. Linear in its length. */
	score(text: string): number;
	/** The likeliest kind of harm in a harmful text. */
	kindOf(text: string): string;
}

/** `harm` has one output, the chance of harm; `kinds` says of harmful text of which kind it is. Throws where one is no model. */
export function createHarmModel(harm: Uint8Array, kinds: Uint8Array): HarmModel {
	const model = readLinearModel(harm);
	const weights = model.column(0);
	const kindModel = readLinearModel(kinds);
	return {
		open: (state) => new HarmReader(model, weights, state),
		score(text) {
			let worst = 0;
			const reader = new HarmReader(model, weights);
			const onSentence: OnSentence = (_at, score) => {
				worst = Math.max(worst, score);
			};
			reader.read(text, onSentence);
			reader.finish(text.length, onSentence);
			return worst;
		},
		kindOf(text) {
			const { buckets, outputs } = kindModel.header;
			const sums = new Float64Array(outputs.length);
			let features = 0;
			const onWord = (hashed: Uint32Array, count: number): void => {
				kindModel.add(hashed, count, sums);
				features += count;
			};
			const reader = new WordReader(buckets);
			reader.read(text, onWord);
			reader.finish(onWord);
			const chances = outputs.map((_, k) => kindModel.probability(k, sums[k] as number, features));
			return outputs[chances.indexOf(Math.max(...chances))]?.name ?? "";
		},
	};
}

const shippedFile = (name: string): Buffer => readFileSync(new URL(`../../models/harm/${name}`, import.meta.url));
let shipped: HarmModel | undefined;

/** The model of the package: read once per thread. */
export function shippedHarmModel(): HarmModel {
	shipped ??= createHarmModel(shippedFile("model.bin"), shippedFile("kinds.bin"));
	return shipped;
}
