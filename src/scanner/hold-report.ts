import { MAX_SEGMENT_BYTES, SegmentCutter } from "../models/segment.ts";
import { parsePattern } from "./byte-regex.ts";
import { distinctPatterns, isPublic, type PatternSource } from "./compile-rules.ts";
import { Matches } from "./engine.ts";
import { createHyperscanEngine } from "./engine-hyperscan.ts";
import { loadArtifact } from "./pattern-database.ts";
import { SAMPLE_TEXTS } from "./sample-texts.ts";

type Sample = keyof typeof SAMPLE_TEXTS;

/** What patterns hold back of ordinary text that arrives in pieces of a token's size. */
export interface HoldCost {
	readonly pattern: string;
	/** Share of the pieces, 0…1, that are not released whole on arrival. */
	readonly delayed: Readonly<Record<Sample, number>>;
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
	const measure = (sources: readonly PatternSource[]): HoldCost["delayed"] => {
		const engine = createHyperscanEngine(sources, loaded.artifact);
		return Object.fromEntries(
			Object.entries(SAMPLE_TEXTS).map(([name, text]) => [name, delayedShare(engine, text)]),
		) as HoldCost["delayed"];
	};
	const patterns = distinctPatterns(rules)
		.filter(({ source }) => !isPublic(source))
		.map(({ source }) => ({ pattern: source.name, delayed: measure([source]), ...(isOwn(source.name) && hintFor(source)) }))
		.sort((a, b) => b.delayed.prose - a.delayed.prose);
	const learned = rules.filter((rule) => rule.learned !== undefined);
	if (learned.length === 0) return { patterns, together: { pattern: "all together", delayed: measure(rules) } };
	const cost = learnedCost(learned);
	return { patterns: [cost, ...patterns], together: { pattern: "all together", delayed: cost.delayed } };
}

/** The token model decides whole sentences: what patterns hold comes on top in the last piece of each only. */
function learnedCost(rules: readonly PatternSource[]): HoldCost {
	const shares = Object.entries(SAMPLE_TEXTS).map(([name, text]) => [name, undecidedShare(text)]);
	return {
		pattern: rules.map(({ name }) => name).join(", "),
		delayed: Object.fromEntries(shares) as HoldCost["delayed"],
		hint: `answers wait for the end of each sentence, ${MAX_SEGMENT_BYTES} bytes at most; prompts do not wait`,
	};
}

function undecidedShare(text: string): number {
	const bytes = Buffer.from(text);
	const cutter = new SegmentCutter();
	let decided = 0;
	let delayed = 0;
	let pieces = 0;
	for (let end = PIECE_BYTES; end - PIECE_BYTES < bytes.length; end += PIECE_BYTES, pieces++) {
		for (;;) {
			const size = cutter.next(bytes, decided, Math.min(end, bytes.length));
			if (size === undefined) break;
			decided += size;
		}
		if (decided < Math.min(end, bytes.length)) delayed++;
	}
	return delayed / pieces;
}

function delayedShare(engine: ReturnType<typeof createHyperscanEngine>, text: string): number {
	const window = Buffer.from(text);
	const stream = engine.openStream();
	let release = 0;
	let delayed = 0;
	let pieces = 0;
	for (let from = 0; from < window.length; from += PIECE_BYTES, pieces++) {
		const end = Math.min(window.length, from + PIECE_BYTES);
		release = stream.scan(window, release, from, end, new Matches());
		if (release < end) delayed++;
	}
	stream.close();
	return delayed / pieces;
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
