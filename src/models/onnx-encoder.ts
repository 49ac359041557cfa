import { fileURLToPath } from "node:url";

/** A classifier over pieces of text, by ONNX Runtime. */
export interface Encoder {
	/** Log odds for one window. Blocks the thread while it computes, some ms. */
	logit(ids: readonly number[]): Promise<number>;
}

export interface LoadedEncoder extends Encoder {
	/** Gives its memory back; it reads nothing more. */
	release(): Promise<void>;
}

/** A model with an input `ids` (int64, batch × length) and an output `logit` (float32, batch). Rejects where it or the runtime is missing. */
export async function loadEncoder(file: URL): Promise<LoadedEncoder> {
	const { InferenceSession, Tensor } = await runtime();
	// A lane is one thread: more would take the time from the others.
	const session = await InferenceSession.create(fileURLToPath(file), { intraOpNumThreads: 1, interOpNumThreads: 1 });
	return {
		async logit(ids) {
			const input = new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
			const { logit } = await session.run({ ids: input });
			return Number(logit?.data[0]);
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
