import { readFileSync } from "node:fs";
import { HarmReader, type HarmReaderState } from "./harm-reader.ts";
import { readLinearModel } from "./linear-model.ts";

export interface HarmModel {
	/** A reader for one text, from where another one stopped. */
	open(state?: HarmReaderState): HarmReader;
	/** Calibrated chance of harm, 0…1, of the worst sentences of a whole text. Linear in its length. */
	score(text: string): number;
}

/** Throws where the bytes are no model. The first output is the chance of harm, the others say of which kind it is. */
export function createHarmModel(bytes: Uint8Array): HarmModel {
	const model = readLinearModel(bytes);
	return {
		open: (state) => new HarmReader(model, state),
		score(text) {
			let worst = 0;
			const reader = new HarmReader(model);
			const onPlace = (_at: number, score: number, isEnd: boolean): void => {
				if (isEnd) worst = Math.max(worst, score);
			};
			reader.read(text, onPlace);
			reader.finish(text.length, onPlace);
			return worst;
		},
	};
}

const SHIPPED = new URL("../../models/harm/model.bin", import.meta.url);
let shipped: HarmModel | undefined;

/** The model of the package: read once per thread. */
export function shippedHarmModel(): HarmModel {
	shipped ??= createHarmModel(readFileSync(SHIPPED));
	return shipped;
}
