import type { Rule } from "../policy/policy.ts";
import { type ByteRegex, type Node, parsePattern } from "./byte-regex.ts";
import { membersOf } from "./byte-set.ts";

/** The literal beginnings of a rule's matches. */
export interface Beginning {
	readonly rule: number;
	/** Its bytes as Latin-1. */
	readonly text: string;
	readonly regex: ByteRegex;
}

/** More alternatives than this at one place (`[pousr]`) are no literal. */
const MAX_CHOICES = 8;
const MAX_BEGINNINGS = 64;
/** Two letters say nothing. */
const MIN_LENGTH = 2;

/** The beginnings of all secrets that have one, by their first byte. */
export function beginningsOf(rules: readonly Rule[]): ReadonlyMap<number, readonly Beginning[]> {
	const byByte = new Map<number, Beginning[]>();
	for (const [rule, { category, core, words, learned, isSignal, expression, caseInsensitive }] of rules.entries()) {
		if (category !== "secret" || core || words || learned || isSignal) continue;
		const { texts, regex } = parsed(expression, caseInsensitive === true);
		for (const text of texts) {
			const byte = text.charCodeAt(0);
			byByte.set(byte, [...(byByte.get(byte) ?? []), { rule, text, regex }]);
		}
	}
	return byByte;
}

interface Parsed {
	readonly texts: readonly string[];
	readonly regex: ByteRegex;
}

/** By expression: all rule sets of a lane have the same secrets, and to read them takes a tenth of a second. Begun anew when it is full of what reloads brought. */
const known = new Map<string, Parsed>();
const MAX_KNOWN = 4096;

function parsed(expression: string, caseInsensitive: boolean): Parsed {
	const key = `${caseInsensitive}${expression}`;
	const before = known.get(key);
	if (before !== undefined) return before;
	const result = parsePattern(expression, caseInsensitive);
	if (!result.ok) throw new Error(`A pattern that was compiled cannot be read: ${result.reason}`);
	const now = { regex: result.regex, texts: literals(result.regex.body).texts.filter((text) => text.length >= MIN_LENGTH) };
	if (known.size >= MAX_KNOWN) known.clear();
	known.set(key, now);
	return now;
}

interface Literals {
	readonly texts: readonly string[];
	/** Nothing of the part stands behind them. */
	readonly isWhole: boolean;
}

const NONE: Literals = { texts: [""], isWhole: false };

function literals(node: Node): Literals {
	switch (node.kind) {
		case "bytes": {
			const bytes = membersOf(node.set);
			return bytes.length > MAX_CHOICES ? NONE : { texts: bytes.map((byte) => String.fromCharCode(byte)), isWhole: true };
		}
		case "alt": {
			const options = node.options.map(literals);
			return bounded({ texts: options.flatMap(({ texts }) => texts), isWhole: options.every(({ isWhole }) => isWhole) });
		}
		case "concat":
			return node.parts.map(literals).reduce(joined, { texts: [""], isWhole: true });
		case "repeat": {
			const one = literals(node.node);
			if (node.min === 0) return node.max === 1 ? bounded({ ...one, texts: [...one.texts, ""] }) : NONE;
			const least = Array.from({ length: node.min }, () => one).reduce(joined, { texts: [""], isWhole: true });
			return { ...least, isWhole: least.isWhole && node.min === node.max };
		}
		default:
			return node satisfies never;
	}
}

function joined(before: Literals, after: Literals): Literals {
	if (!before.isWhole) return before;
	const texts = before.texts.flatMap((head) => after.texts.map((tail) => head + tail));
	return texts.length > MAX_BEGINNINGS ? { ...before, isWhole: false } : { texts, isWhole: after.isWhole };
}

function bounded(of: Literals): Literals {
	return of.texts.length > MAX_BEGINNINGS ? NONE : of;
}
