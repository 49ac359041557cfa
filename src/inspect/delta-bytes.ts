/** UTF-16 units scanned at once at most. */
export const SLICE_UNITS = 4096;

/** Bytes of several deltas, and the offset in the text behind each. */
export interface DeltaBytes {
	readonly bytes: Buffer;
	readonly ends: readonly number[];
}

/** The deltas, none of which ends within a character, as UTF-8. `from`: offset of the first. */
export function joined(deltas: readonly string[], from: number): DeltaBytes {
	const text = deltas.length === 1 ? (deltas[0] as string) : deltas.join("");
	const bytes = Buffer.from(text, "utf8");
	const isAscii = bytes.length === text.length;
	return { bytes, ends: endsOf(deltas, from, (delta) => (isAscii ? delta.length : Buffer.byteLength(delta))) };
}

/** The same where each must be encoded by itself. */
export function apart(deltas: readonly string[], from: number, encode: (delta: string) => Buffer): DeltaBytes {
	const parts = deltas.map(encode);
	return { bytes: Buffer.concat(parts), ends: endsOf(parts, from, ({ length }) => length) };
}

function endsOf<Delta>(deltas: readonly Delta[], from: number, lengthOf: (delta: Delta) => number): number[] {
	let end = from;
	return deltas.map((delta) => {
		end += lengthOf(delta);
		return end;
	});
}

export function endsInHighSurrogate(text: string): boolean {
	const last = text.charCodeAt(text.length - 1);
	return last >= 0xd800 && last <= 0xdbff;
}

/** The deltas in groups that may be scanned at once; a longer one stands alone, but for empty ones before it: these give out what it decides. */
export function groupsOf(deltas: readonly string[]): (readonly string[])[] {
	const groups: string[][] = [];
	let group: string[] = [];
	let units = 0;
	for (const delta of deltas) {
		if (group.length === 0 || (units > 0 && units + delta.length > SLICE_UNITS)) {
			group = [];
			groups.push(group);
			units = 0;
		}
		group.push(delta);
		units += delta.length;
	}
	return groups;
}
