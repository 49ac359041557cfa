import { fileURLToPath } from "node:url";

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

/** A model with an input `ids` (int64, batch × length) and an output `logits` (float32, batch × tasks). Rejects where it or the runtime is missing. */
export async function loadEncoder(file: URL): Promise<LoadedEncoder> {
	const { InferenceSession, Tensor } = await runtime();
	// A lane is one thread: more would take the time from the others.
	const session = await InferenceSession.create(fileURLToPath(file), { intraOpNumThreads: 1, interOpNumThreads: 1 });
	return {
		async read(ids) {
			const input = new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
			const { logits } = await session.run({ ids: input });
			const [injection, harm] = Array.from(logits?.data ?? [], Number);
			return { injection: injection ?? Number.NaN, harm: harm ?? Number.NaN };
		},
		release: () => session.release(),
	};
}

/** The package is optional: it is 290 MB, and most policies do without. */
async function runtime(): Promise<typeof import("onnxruntime-node")> {
	try {
		return await import("onnxruntime-node");
	} catch (error) {
		throw new Error(
			`the package onnxruntime-node cannot be loaded (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`,
			{
				cause: error,
			},
		);
	}
}
