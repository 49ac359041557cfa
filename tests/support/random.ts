/** Mulberry32: the same numbers 0…1 in every run. */
export function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** Numbers 0…1. */
export type Next = () => number;

export function pick<T>(list: readonly T[], next: () => number): T {
	return list[Math.floor(next() * list.length)] as T;
}

/** Pieces of 1 to `most` UTF-16 units; surrogate pairs may fall apart. */
export function randomSlices(text: string, most: number, next: () => number): string[] {
	const slices: string[] = [];
	for (let at = 0; at < text.length; ) {
		const size = 1 + Math.floor(next() * most);
		slices.push(text.slice(at, at + size));
		at += size;
	}
	return slices;
}

const unitsOf = (text: string): string[] => text.split("");

/** Some of the chunkings, for texts of which there are thousands: byte by byte, `splits` single splits, and random splits in many grains. */
export function* someChunkings(text: string, next: () => number, splits: number): Generator<string[]> {
	yield unitsOf(text);
	for (let i = 0; i < splits; i++) {
		const at = 1 + Math.floor(next() * (text.length - 1));
		yield [text.slice(0, at), text.slice(at)];
	}
	for (const most of [2, 3, 3, 5, 5, 8, 12, 20, 40, 80]) yield randomSlices(text, most, next);
}

/** Byte by byte (UTF-16 units), every single split, and random splits in three grains. */
export function* chunkings(text: string, next: () => number): Generator<string[]> {
	yield unitsOf(text);
	for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)];
	for (const most of [3, 8, 40]) yield randomSlices(text, most, next);
}
