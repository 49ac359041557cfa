import { fileURLToPath } from "node:url";
import { inRuntime } from "../core/runtime-gate.ts";

/** A model of ONNX Runtime that reads one window at a time. */
export interface OnnxSession {
	/** Inputs of whole numbers, each as long as the window; what the output of that name says. Blocks the thread while it computes, some ms. */
	run(inputs: Readonly<Record<string, readonly number[]>>, output: string): Promise<Float32Array>;
	/** Gives its memory back; it reads nothing more. */
	release(): Promise<void>;
}

/** A model whose inputs are int64, batch × length. Rejects where it or the runtime is missing. */
export function loadOnnx(file: URL): Promise<OnnxSession> {
	return inRuntime(() => load(file));
}

async function load(file: URL): Promise<OnnxSession> {
	const { InferenceSession, Tensor } = await runtime();
	// A lane is one thread: more would take the time from the others.
	const session = await InferenceSession.create(fileURLToPath(file), { intraOpNumThreads: 1, interOpNumThreads: 1 });
	return {
		async run(inputs, output) {
			const feeds = Object.entries(inputs).map(
				([name, values]) => [name, new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length])] as const,
			);
			const { [output]: said } = await inRuntime(() => session.run(Object.fromEntries(feeds)));
			return said?.data ?? new Float32Array();
		},
		release: () => inRuntime(() => session.release()),
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
