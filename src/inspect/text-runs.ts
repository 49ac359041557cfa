import { firstIndex } from "../core/first-index.ts";
import type { Place } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";
import type { CallerTexts } from "./known-texts.ts";

/** UTF-8 bytes scanned at once. */
const SLICE_BYTES = 4096;

export interface GroupingOptions {
	/** What earlier requests said. */
	readonly known?: CallerTexts | undefined;
	/** Called between slices of the texts: other work may be done. */
	readonly pause?: (() => void) | undefined;
}

/**
 * The places of a request in the order of the first of each group. Texts of one turn (`turnOf`) are each a text of its own:
 * joined, the last word of one and an address that begins the next would be another address. But neighbours are one group
 * where the joined text has a finding over the seam between them, and neither has one there: a secret in two parts.
 */
export function textGroups(
	places: readonly Place[],
	turnOf: (place: Place) => string | undefined,
	program: ScannerProgram,
	{ known, pause }: GroupingOptions = {},
): (readonly number[])[] {
	const groups = new Map<string | number, number[]>();
	for (const [i, place] of places.entries()) {
		const key = turnOf(place) ?? i;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [i]);
		else group.push(i);
	}
	return [...groups.values()].flatMap((group) => joinedRuns(group, places, program, { known, pause })).sort(([a = 0], [b = 0]) => a - b);
}

function joinedRuns(
	group: readonly number[],
	places: readonly Place[],
	program: ScannerProgram,
	{ known, pause }: GroupingOptions,
): number[][] {
	if (group.length === 1) return [[...group]];
	const texts = group.map((i) => places[i]?.text ?? "");
	const memory = known?.of("apart", ...texts);
	if (memory?.areApart === true) return group.map((i) => [i]);
	const joined = joinedSeams(
		texts.map((text) => Buffer.from(text)),
		program,
		pause,
	);
	if (memory !== undefined && joined.size === 0) memory.areApart = true;
	const runs: number[][] = [];
	for (const [k, i] of group.entries()) {
		if (k > 0 && joined.has(k)) runs.at(-1)?.push(i);
		else runs.push([i]);
	}
	return runs;
}

/** Indices of the texts that go on with the one before. */
function joinedSeams(texts: readonly Buffer[], program: ScannerProgram, pause?: () => void): ReadonlySet<number> {
	const joined = new Set<number>();
	const starts: number[] = [];
	let end = 0;
	for (const { length } of texts) {
		starts.push(end);
		end += length;
	}
	const whole = reading(texts, program, pause);
	const over = whole.findings.filter(({ from, to }) => (starts[firstBehind(starts, from)] ?? to) < to);
	if (over.length === 0) return joined;
	const apart = texts.map((text) => reading([text], program, pause));
	// A reading ends where it is cut. Where only the joined one is, that decides; else the prompt is blocked anyway.
	if (whole.isCut) return apart.some(({ isCut }) => isCut) ? joined : new Set(texts.keys());
	// The last byte that one of the first texts' findings has, by where they begin.
	const [begins, ends]: [number[], number[]] = [[], []];
	for (const [i, { findings }] of apart.entries()) {
		for (const { from, to } of findings.toSorted((a, b) => a.from - b.from)) {
			begins.push((starts[i] as number) + from);
			ends.push(Math.max(ends.at(-1) ?? 0, (starts[i] as number) + to));
		}
	}
	for (const { from, to } of over) {
		if ((ends[firstBehind(begins, to - 1) - 1] ?? 0) > from) continue;
		for (let k = firstBehind(starts, from); k < starts.length && (starts[k] as number) < to; k++) joined.add(k);
	}
	return joined;
}

/** Index of the first of the sorted numbers that is greater. */
function firstBehind(numbers: readonly number[], value: number): number {
	return firstIndex(numbers.length, (i) => (numbers[i] as number) > value);
}

/** What the texts hold as one, in bytes from the start of the first. */
function reading(
	texts: readonly Buffer[],
	program: ScannerProgram,
	pause?: () => void,
): { readonly findings: readonly Finding[]; readonly isCut: boolean } {
	const scanner = program.open();
	const all = Buffer.concat(texts);
	for (let at = 0; at < all.length && !scanner.isCut; ) {
		let to = Math.min(all.length, at + SLICE_BYTES);
		while (to < all.length && ((all[to] as number) & 0xc0) === 0x80) to++;
		scanner.write(all.subarray(at, to));
		scanner.take(Number.POSITIVE_INFINITY);
		pause?.();
		at = to;
	}
	scanner.finish();
	scanner.take(Number.POSITIVE_INFINITY);
	scanner.close();
	return scanner;
}
