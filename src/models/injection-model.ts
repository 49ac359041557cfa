import { readFileSync } from "node:fs";
import { readLinearModel, scoreWindows } from "./linear-model.ts";

/**
 * Words that are judged together; an attack in a long text stands in one of these windows. Ten words of English have about
 * 160 features: what is shorter is left to the rules, for the model takes a single "password" for an attack.
 */
export const INJECTION_WINDOWS = { words: 64, stride: 32, sureFrom: 160 } as const;

export interface InjectionModel {
	/** Calibrated probability, 0…1, that the text tries to override instructions. Linear in its length. */
	score(text: string): number;
}

/** Throws where the bytes are no model. */
export function createInjectionModel(bytes: Uint8Array): InjectionModel {
	const model = readLinearModel(bytes);
	return { score: (text) => scoreWindows(model, text, INJECTION_WINDOWS)[0] as number };
}

const SHIPPED = new URL("../../models/injection/model.bin", import.meta.url);
let shipped: InjectionModel | undefined;

/** The model of the package: read once per thread. */
export function shippedInjectionModel(): InjectionModel {
	shipped ??= createInjectionModel(readFileSync(SHIPPED));
	return shipped;
}
