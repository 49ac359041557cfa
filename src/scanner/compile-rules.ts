import type { PatternTables } from "../../native/index.js";
import { buildTables } from "./automaton-tables.ts";
import { type ByteRegex, parsePattern } from "./byte-regex.ts";
import { hyperscanExpression } from "./hyperscan-expression.ts";

export interface PatternSource {
	readonly name: string;
	readonly expression: string;
	readonly caseInsensitive?: boolean;
}

/** Why a pattern cannot be used, and what to do about it. */
export interface PatternFault {
	readonly pattern: string;
	readonly reason: string;
	readonly remedy: string;
}

/** Faults of all patterns; empty when every one can be used. */
export function checkRules(sources: readonly PatternSource[]): PatternFault[] {
	return sources.flatMap(({ name, expression, caseInsensitive }) => {
		const parsed = parsePattern(expression, caseInsensitive === true);
		return parsed.ok ? [] : [{ pattern: name, reason: parsed.reason, remedy: parsed.remedy }];
	});
}

/** Hyperscan's expressions, in the order of the rules. Only for rules that passed `checkRules`. */
export function buildExpressions(sources: readonly PatternSource[]): string[] {
	return sources.map((source) => hyperscanExpression(parsed(source)));
}

/** The addon's tables, in the order of the rules. Only for rules that passed `checkRules`. */
export function buildAllTables(sources: readonly PatternSource[]): PatternTables[] {
	return sources.map((source) => buildTables(parsed(source)));
}

function parsed(source: PatternSource): ByteRegex {
	const result = parsePattern(source.expression, source.caseInsensitive === true);
	if (!result.ok) throw new Error(`Pattern ${source.name}: ${result.reason}`);
	return result.regex;
}
