import { MAX_SEGMENT_BYTES, SegmentCutter } from "../models/segment.ts";
import { parsePattern } from "./byte-regex.ts";
import { distinctPatterns, isPublic, type PatternSource } from "./compile-rules.ts";
import { Matches } from "./engine.ts";
import { createHyperscanEngine } from "./engine-hyperscan.ts";
import { loadArtifact } from "./pattern-database.ts";
import { SAMPLE_TEXTS } from "./sample-texts.ts";

type Shares = Readonly<Record<keyof typeof SAMPLE_TEXTS, number>>;
type Waits = Pick<HoldCost, "delayed" | "late">;

/** What patterns hold back of ordinary text that arrives in pieces of a token's size. */
export interface HoldCost {
	readonly pattern: string;
	/** Share of the pieces, 0…1, that are not released whole on arrival. */
	readonly delayed: Shares;
	/** Nor when the next one is here. */
	readonly late: Shares;
	/** What would make it cheaper, where there is something. */
	readonly hint?: string;
}

export interface HoldReport {
	/** Every pattern by itself, the most expensive first. A trigger holds nothing. */
	readonly patterns: readonly HoldCost[];
	readonly together: HoldCost;
}

const PIECE_BYTES = 4;

/** Measures the release point alone: a database that never matches stands in for Hyperscan, so nothing is compiled. Only for rules that passed `checkRules`. `isOwn`: whether a pattern is the user's, who could change it. */
export async function reportHold(rules: readonly PatternSource[], isOwn: (name: string) => boolean): Promise<HoldReport> {
	const loaded = await loadArtifact([], {});
	if (!loaded.ok) throw new Error("The empty pattern database does not compile.");
	const measure = (sources: readonly PatternSource[]): Waits => {
		const engine = createHyperscanEngine(sources, loaded.artifact);
		return waitsOf((text) => patternsDecided(engine, text));
	};
	const patterns = distinctPatterns(rules)
		.filter(({ source }) => !isPublic(source))
		.map(({ source }) => ({ pattern: source.name, ...measure([source]), ...(isOwn(source.name) && hintFor(source)) }))
		.sort((a, b) => b.delayed.prose - a.delayed.prose);
	const learned = rules.filter((rule) => rule.learned !== undefined);
	if (learned.length === 0) return { patterns, together: { pattern: "all together", ...measure(rules) } };
	const cost = learnedCost(learned);
	return { patterns: [cost, ...patterns], together: { pattern: "all together", delayed: cost.delayed, late: cost.late } };
}

/** The token model decides whole sentences: what patterns hold comes on top in the last piece of each only. */
function learnedCost(rules: readonly PatternSource[]): HoldCost {
	return {
		pattern: rules.map(({ name }) => name).join(", "),
		...waitsOf(sentencesDecided),
		hint: `answers wait for the end of each sentence, ${MAX_SEGMENT_BYTES} bytes at most; prompts do not wait`,
	};
}

/** `decided`: of a text, up to which byte it is decided when each of its pieces is here. */
function waitsOf(decided: (text: string) => readonly number[]): Waits {
	const rows = Object.entries(SAMPLE_TEXTS).map(([name, text]) => {
		const upTo = decided(text);
		const ends = endsOf(Buffer.from(text));
		const share = (pieces: number): number => ends.filter((end, piece) => (upTo[piece + pieces] ?? end) < end).length / ends.length;
		return { name, delayed: share(0), late: share(1) };
	});
	const shares = (of: keyof Waits): Shares => Object.fromEntries(rows.map((row) => [row.name, row[of]])) as Shares;
	return { delayed: shares("delayed"), late: shares("late") };
}

function sentencesDecided(text: string): number[] {
	const bytes = Buffer.from(text);
	const cutter = new SegmentCutter();
	let decided = 0;
	return endsOf(bytes).map((end) => {
		for (let size = cutter.next(bytes, decided, end); size !== undefined; size = cutter.next(bytes, decided, end)) decided += size;
		return decided;
	});
}

function patternsDecided(engine: ReturnType<typeof createHyperscanEngine>, text: string): number[] {
	const window = Buffer.from(text);
	const stream = engine.openStream();
	let release = 0;
	const decided = endsOf(window).map((end, piece) => {
		release = stream.scan(window, release, piece * PIECE_BYTES, end, new Matches());
		return release;
	});
	stream.close();
	return decided;
}

/** Where each piece ends. */
function endsOf(text: Uint8Array): number[] {
	return Array.from({ length: Math.ceil(text.length / PIECE_BYTES) }, (_, piece) => Math.min(text.length, (piece + 1) * PIECE_BYTES));
}

const STOP_WORDS = /^(?:\\b)?(?:a|an|the|to|of|in|is|it|and|or|for|on|at|we|you|i)(?:\[|\\s| )/i;

function hintFor({ expression, caseInsensitive, words }: PatternSource): { readonly hint?: string } {
	if (words !== undefined) return {};
	const parsed = parsePattern(expression, caseInsensitive === true);
	if (STOP_WORDS.test(expression)) return { hint: "it begins with a word that stands in every text: begin with a rarer one" };
	if (parsed.ok && parsed.regex.left.kind === "none" && /^[\w[(]/.test(expression))
		return { hint: "it may begin inside a word: put \\b or (?<![A-Za-z0-9]) before it" };
	return {};
}
