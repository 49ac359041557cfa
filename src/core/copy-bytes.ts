/** Fewer bytes are copied one by one: a call of the runtime costs as much as forty of them. */
const FEW = 48;

/** Copies `source[from, to)` to `target`, where it begins at `at`. */
export function copyBytes(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): void {
	if (to - from > FEW) target.set(source.subarray(from, to), at);
	else for (let i = from; i < to; i++) target[at + i - from] = source[i] as number;
}
