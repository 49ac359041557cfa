import { firstIndex } from "../core/first-index.ts";
import type { Place } from "../providers/provider.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";
import type { CallerTexts } from "./known-texts.ts";

/** UTF-8 bytes scanned at once. */
const SLICE_BYTES = 4096;
/** UTF-16 units at each end of a long text: more than any match is wide, with its context. */
const END_UNITS = 2048;

export interface GroupingOptions {
	/** What earlier requests said. */
	readonly known?: CallerTexts | undefined;
	/** Called between slices of the texts: other work may be done. */
	readonly pause?: (() => void) | undefined;
}

/** What a text of a request is a part of; undefined: it stands for itself. */
type PartOf = (place: Place) => string | undefined;

/** Texts that may be parts of one. */
interface Joining {
	readonly kind: "apart" | "results";
	readonly partOf: PartOf;
	/** What is read of each. */
	readonly read: (text: string) => string;
	/** Whether a finding over a seam makes two texts one. */
	readonly joins: (finding: Finding) => boolean;
}

/**
 * The places of a request in the order of the first of each group. Texts of one turn (`turnOf`) are each a text of its own:
 * joined, the last word of one and an address that begins the next would be another address. But neighbours are one group
 * where the joined text has a finding over the seam between them, and neither has one there: a secret in two parts.
 *
 * What one tool has brought (`resultOf`) goes on in what another has only where that makes a secret.
 */
export function textGroups(
	places: readonly Place[],
	{ turnOf, resultOf }: { readonly turnOf: PartOf; readonly resultOf: PartOf },
	program: ScannerProgram,
	options: GroupingOptions = {},
): (readonly number[])[] {
	if (places.length < 2) return places.map((_, i) => [i]);
	const joinings: readonly Joining[] = [
		{ kind: "apart", partOf: turnOf, read: (text) => text, joins: () => true },
		{ kind: "results", partOf: resultOf, read: endsOf, joins: ({ category }) => category === "secret" },
	];
	return joinings
		.reduce(
			(runs, joining) => groupsOf(runs, places, joining.partOf).flatMap((group) => joinedRuns(group, places, joining, program, options)),
			places.map((_, i) => [i]),
		)
		.sort(([a = 0], [b = 0]) => a - b);
}

/** Runs whose first places are parts of the same. */
function groupsOf(runs: readonly number[][], places: readonly Place[], partOf: PartOf): number[][][] {
	const groups = new Map<string | number, number[][]>();
	for (const run of runs) {
		const first = run[0] as number;
		const key = partOf(places[first] as Place) ?? first;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [run]);
		else group.push(run);
	}
	return [...groups.values()];
}

function joinedRuns(
	group: number[][],
	places: readonly Place[],
	{ kind, read, joins }: Joining,
	program: ScannerProgram,
	{ known, pause }: GroupingOptions,
): number[][] {
	if (group.length === 1) return group;
	const texts = group.map((run) => read(run.map((i) => places[i]?.text ?? "").join("")));
	const memory = known?.of(kind, ...texts);
	if (memory?.areApart === true) return group;
	const joined = joinedSeams(
		texts.map((text) => Buffer.from(text)),
		joins,
		program,
		pause,
	);
	if (memory !== undefined && joined.size === 0) memory.areApart = true;
	const runs: number[][] = [];
	for (const [k, run] of group.entries()) {
		if (k > 0 && joined.has(k)) runs.at(-1)?.push(...run);
		else runs.push([...run]);
	}
	return runs;
}

/** What can be in one finding with another text, and what stands before it. */
function endsOf(text: string): string {
	return text.length <= 2 * END_UNITS ? text : text.slice(0, END_UNITS) + text.slice(-END_UNITS);
}

/** Indices of the texts that go on with the one before. */
function joinedSeams(texts: readonly Buffer[], joins: Joining["joins"], program: ScannerProgram, pause?: () => void): ReadonlySet<number> {
	const joined = new Set<number>();
	const starts: number[] = [];
	let end = 0;
	for (const { length } of texts) {
		starts.push(end);
		end += length;
	}
	const whole = reading(texts, program, pause);
	const over = whole.findings.filter((finding) => joins(finding) && (starts[firstBehind(starts, finding.from)] ?? finding.to) < finding.to);
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
