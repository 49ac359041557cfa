import type { PatternTables } from "../../native/index.js";
import { buildTables } from "./automaton-tables.ts";
import { type ByteRegex, type ParsedPattern, parsePattern } from "./byte-regex.ts";
import { LEFT_CONTEXT_BYTES } from "./confirm.ts";
import { hyperscanExpression } from "./hyperscan-expression.ts";

export interface PatternSource {
	readonly name: string;
	/** Empty where there are `words`. */
	readonly expression: string;
	/** Looked for as they are, at word boundaries. */
	readonly words?: readonly string[];
	readonly caseInsensitive?: boolean;
	/** Present: the expression is a public trigger. */
	readonly core?: object;
	/** As public as a trigger. */
	readonly isSignal?: true;
	/** Present: there is no expression. */
	readonly learned?: string;
}

/** What the engine compiles: one expression and the rules that share it, in priority order. */
export interface DistinctPattern {
	readonly source: PatternSource;
	readonly rules: readonly number[];
}

/** Why a pattern cannot be used, and what to do about it. */
export interface PatternFault {
	readonly pattern: string;
	readonly reason: string;
	readonly remedy: string;
}

/** The different expressions of the rules in order of appearance, then the word lists. The index is the engine's pattern. */
export function distinctPatterns(sources: readonly PatternSource[]): DistinctPattern[] {
	return [...distinctExpressions(sources), ...wordPatterns(sources)];
}

/** The rules that are word lists. Their patterns come behind all expressions. */
export function wordPatterns(sources: readonly PatternSource[]): DistinctPattern[] {
	return sources.flatMap((source, rule) => (source.words === undefined ? [] : [{ source, rules: [rule] }]));
}

export function distinctExpressions(sources: readonly PatternSource[]): DistinctPattern[] {
	const groups = new Map<string, { source: PatternSource; rules: number[] }>();
	for (const [rule, source] of sources.entries()) {
		if (source.learned !== undefined || source.words !== undefined) continue;
		const key = `${source.caseInsensitive === true}${source.core !== undefined}${source.isSignal === true}${source.expression}`;
		const known = groups.get(key);
		if (known === undefined) groups.set(key, { source, rules: [rule] });
		else known.rules.push(rule);
	}
	return [...groups.values()];
}

/** Faults of all patterns; empty when every one can be used. */
export function checkRules(sources: readonly PatternSource[]): PatternFault[] {
	return distinctExpressions(sources).flatMap(({ source }) => {
		const result = parseSource(source);
		return result.ok ? [] : [{ pattern: source.name, reason: result.reason, remedy: result.remedy }];
	});
}

/** Hyperscan's expressions, in the order of the distinct patterns. Only for rules that passed `checkRules`. */
export function buildExpressions(sources: readonly PatternSource[]): string[] {
	return distinctExpressions(sources).map(({ source }) => hyperscanExpression(parsed(source)));
}

/** The addon's tables, in the order of the distinct patterns. Only for rules that passed `checkRules`. */
export function buildAllTables(sources: readonly PatternSource[]): PatternTables[] {
	return distinctExpressions(sources).map(({ source }) => buildTables(parsed(source), isPublic(source)));
}

/** Its bytes are never held. */
export function isPublic({ core, isSignal }: PatternSource): boolean {
	return core !== undefined || isSignal === true;
}

function parseSource(source: PatternSource): ParsedPattern {
	const result = parsePattern(source.expression, source.caseInsensitive === true);
	if (!result.ok || !isPublic(source)) return result;
	// A trigger's bytes are not held: all of them, and the one before, must be in the left context when it is reported.
	if (source.core !== undefined && result.regex.right.kind !== "none")
		return { ok: false, reason: "a trigger ends with an assertion", remedy: "End it with its last character." };
	if (result.regex.maxWidth >= LEFT_CONTEXT_BYTES)
		return { ok: false, reason: `a trigger or signal is wider than ${LEFT_CONTEXT_BYTES - 1} bytes`, remedy: "Shorten it." };
	return result;
}

function parsed(source: PatternSource): ByteRegex {
	const result = parseSource(source);
	if (!result.ok) throw new Error(`Pattern ${source.name}: ${result.reason}`);
	return result.regex;
}
