import { loadOnnx } from "./onnx-session.ts";

/** What an encoder tells, in the order of its outputs. */
export const TASKS = ["injection", "harm"] as const;
export type Task = (typeof TASKS)[number];

/** A classifier over pieces of text, by ONNX Runtime. */
export interface Encoder {
	/** Log odds for one window, for each task. Blocks the thread while it computes, some ms. */
	read(ids: readonly number[]): Promise<Readonly<Record<Task, number>>>;
}

export interface LoadedEncoder extends Encoder {
	/** Gives its memory back; it reads nothing more. */
	release(): Promise<void>;
}

/** A model with an input `ids` and an output `logits` (float32, batch × tasks). Rejects where it or the runtime is missing. */
export async function loadEncoder(file: URL): Promise<LoadedEncoder> {
	const session = await loadOnnx(file);
	return {
		async read(ids) {
			const [injection = Number.NaN, harm = Number.NaN] = await session.run({ ids }, "logits");
			return { injection, harm };
		},
		release: () => session.release(),
	};
}
