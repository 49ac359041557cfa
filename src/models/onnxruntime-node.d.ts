/**
 * What is used of ONNX Runtime, said here so that the build does without the optional package: its install script fetches more
 * than npm's registry has, and where it fails npm leaves the package out.
 */
declare module "onnxruntime-node" {
	export class Tensor {
		constructor(type: "int64", data: BigInt64Array, dims: readonly number[]);
		readonly data: Float32Array;
	}
	export class InferenceSession {
		static create(
			file: string,
			options: { readonly intraOpNumThreads: number; readonly interOpNumThreads: number },
		): Promise<InferenceSession>;
		run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor | undefined>>>;
		release(): Promise<void>;
	}
}
