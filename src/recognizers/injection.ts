import type { SuffixSignal } from "./adversarial-suffix.ts";
import { MARK_SIGNALS } from "./injection-marks.ts";
import type { Signal } from "./injection-signals.ts";
import { LANGUAGE_SIGNALS } from "./injection-signals.ts";
import type { PatternSpec } from "./recognizer.ts";

const SIGNALS = { ...LANGUAGE_SIGNALS, ...MARK_SIGNALS };

/** Those of patterns, and those of a text's writing. */
export type SignalName = keyof typeof SIGNALS | SuffixSignal["signal"];

/** A pattern that is only a sign: it is never held, and nothing is rewritten. `name` is that of its signal and a number. */
export interface SignalPattern extends PatternSpec {
	readonly signal: SignalName;
}

/** Characters of alternatives in one expression: Hyperscan takes 16,000 and gets up to ten for each. */
const MAX_SOURCE = 700;

/** The signals as patterns. */
export const INJECTION_SIGNALS: readonly SignalPattern[] = (Object.entries(SIGNALS) as [keyof typeof SIGNALS, Signal][]).flatMap(
	([signal, forms]) =>
		expressionsOf(forms).map(({ expression, caseInsensitive }, i) => ({
			name: `${signal}_${i + 1}`,
			signal,
			expression,
			caseInsensitive,
			score: 1,
			isSignal: true,
		})),
);

function expressionsOf({ words = "", script = "", raw = "", exact = "" }: Signal): { expression: string; caseInsensitive: boolean }[] {
	const edged = alternativesOf(words).map((word) => `\\b${word.replace(/ $/, "\\b")}`);
	return [
		...joined([...edged, ...alternativesOf(script), ...alternativesOf(raw)]).map((expression) => ({ expression, caseInsensitive: true })),
		...joined(alternativesOf(exact)).map((expression) => ({ expression, caseInsensitive: false })),
	];
}

/** The alternatives in few expressions: those with the same `\b` at their ends together, for it may only stand at the ends of a whole one. */
function joined(alternatives: readonly string[]): string[] {
	const byEdges = new Map<string, string[]>();
	for (const alternative of alternatives) {
		const left = alternative.startsWith("\\b") ? "\\b" : "";
		const right = alternative.endsWith("\\b") ? "\\b" : "";
		const body = blanks(alternative.slice(left.length, alternative.length - right.length));
		const bodies = byEdges.get(`${left}…${right}`) ?? [];
		byEdges.set(`${left}…${right}`, bodies);
		const last = bodies.at(-1);
		if (last === undefined || last.length + body.length > MAX_SOURCE) bodies.push(body);
		else bodies[bodies.length - 1] = `${last}|${body}`;
	}
	return [...byEdges].flatMap(([edges, bodies]) => bodies.map((body) => edges.replace("…", () => `(?:${body})`)));
}

/** Any short run of white space for each blank; any white space for a blank in a class. */
function blanks(expression: string): string {
	return expression.replace(/\\.|\[(?:\\.|[^\]\\])*\]| \??/gs, (token) => {
		if (token === " ") return "[ \\t\\r\\n]{1,3}";
		if (token === " ?") return "[ \\t\\r\\n]{0,3}";
		return token.startsWith("[") ? token.replace(" ", " \\t\\r\\n") : token;
	});
}

/** The alternatives of the outermost level. */
function alternativesOf(expression: string): string[] {
	if (expression === "") return [];
	const parts = [""];
	let depth = 0;
	for (const token of expression.match(/\\.|\[(?:\\.|[^\]\\])*\]|./gsu) ?? []) {
		if (token === "(") depth++;
		if (token === ")") depth--;
		if (token === "|" && depth === 0) parts.push("");
		else parts[parts.length - 1] += token;
	}
	return parts;
}
