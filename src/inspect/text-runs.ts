import { firstIndex } from "../core/first-index.ts";
import type { Place } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";

/** UTF-8 bytes scanned at once. */
const SLICE_BYTES = 4096;

/**
 * The places of a request in the order of the first of each group. Texts of one message (`Place.channel`) are
 * each a text of its own: joined, the last word of one and an address that begins the next would be another address. But
 * where the joined text has a finding over a seam, and neither side has one there, they are one group: a secret in two
 * parts.
 */
export function textGroups(places: readonly Place[], program: ScannerProgram): (readonly number[])[] {
	const groups = new Map<string | number, number[]>();
	for (const [i, { channel }] of places.entries()) {
		const key = channel === "" ? i : channel;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [i]);
		else group.push(i);
	}
	return [...groups.values()]
		.flatMap((group) => (group.length > 1 && !hasSeamFinding(textsOf(places, group), program) ? group.map((i) => [i]) : [group]))
		.sort(([a = 0], [b = 0]) => a - b);
}

function textsOf(places: readonly Place[], group: readonly number[]): Buffer[] {
	return group.map((i) => Buffer.from(places[i]?.text ?? ""));
}

function hasSeamFinding(texts: readonly Buffer[], program: ScannerProgram): boolean {
	const starts: number[] = [];
	let end = 0;
	for (const { length } of texts) {
		starts.push(end);
		end += length;
	}
	const over = findingsIn(texts, program).filter(({ from, to }) => (starts[firstBehind(starts, from)] ?? to) < to);
	if (over.length === 0) return false;
	// The last byte that one of the first texts' findings has, by where they begin.
	const [begins, ends]: [number[], number[]] = [[], []];
	for (const [i, text] of texts.entries()) {
		for (const { from, to } of findingsIn([text], program).toSorted((a, b) => a.from - b.from)) {
			begins.push((starts[i] as number) + from);
			ends.push(Math.max(ends.at(-1) ?? 0, (starts[i] as number) + to));
		}
	}
	return over.some(({ from, to }) => (ends[firstBehind(begins, to - 1) - 1] ?? 0) <= from);
}

/** Index of the first of the sorted numbers that is greater. */
function firstBehind(numbers: readonly number[], value: number): number {
	return firstIndex(numbers.length, (i) => (numbers[i] as number) > value);
}

/** Findings in the texts as one, in bytes from the start of the first. */
function findingsIn(texts: readonly Buffer[], program: ScannerProgram): readonly Finding[] {
	const scanner = program.open();
	const all = Buffer.concat(texts);
	for (let at = 0; at < all.length && !scanner.isCut; ) {
		let to = Math.min(all.length, at + SLICE_BYTES);
		while (to < all.length && ((all[to] as number) & 0xc0) === 0x80) to++;
		scanner.write(all.subarray(at, to));
		scanner.take(Number.POSITIVE_INFINITY);
		at = to;
	}
	scanner.finish();
	scanner.take(Number.POSITIVE_INFINITY);
	scanner.close();
	return scanner.findings;
}
