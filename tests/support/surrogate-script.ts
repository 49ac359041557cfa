import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { type Next, pick } from "./random.ts";
import { programWith } from "./scanner-program.ts";
import type { Said } from "./translated-answers.ts";

/** Everything is redacted, also what stands in `⟪⟫`: values with anything in them. */
export function anyValues(): Promise<ScannerProgram> {
	return programWith("redact", { name: "token", type: "token", category: "pii", label: "TOKEN", expression: "⟪[^⟪⟫]{1,24}⟫", score: 1 });
}

export const VALUES = [
	"jane@corp.com",
	"joe@corp.com",
	"4111 1111 1111 1111",
	'⟪"⟫',
	"⟪\\⟫",
	"⟪\n\t⟫",
	'⟪a\\"b\\n⟫',
	'⟪{"a":"b"}⟫',
	"⟪😀é\u2028⟫",
	"⟪\\u0022⟫",
];
const PROSE = ["αβγ ", "δε, ", "μ\n", "😀 ", "ζ\tη ", '"λ" ', "\\ ", "[TOKEN_77] ", "[EMAIL_77] "];

/** What is said, by the model with surrogates or as the client reads it. */
export type Voice = (value: number) => string;
export type Script = (voice: Voice) => string;

export function sentence(next: Next, values: number): Script {
	const parts = Array.from({ length: 1 + Math.floor(next() * 4) }, (): Script => {
		const value = Math.floor(next() * values);
		if (next() < 0.6) return (voice) => ` ${voice(value)} `;
		const prose = pick(PROSE, next);
		return () => prose;
	});
	return (voice) => `α ${parts.map((part) => part(voice)).join("")} ω`;
}

/** A string of a call's arguments: a sentence, a phrase in quotes, or JSON in which such strings stand. */
function stringAt(depth: number, next: Next, values: number): Script {
	const kind = next();
	if (depth >= 3 || kind < 0.3) {
		const said = sentence(next, values);
		const value = Math.floor(next() * values);
		return pick<Script>(
			[
				said,
				(voice) => voice(value),
				(voice) => `"${voice(value)}" is it`,
				(voice) => `{${voice(value)}}`,
				(voice) => `[${voice(value)}](x)`,
			],
			next,
		);
	}
	const first = stringAt(depth + 1, next, values);
	const second = stringAt(depth + 1, next, values);
	const indent = next() < 0.3 ? 2 : undefined;
	const shapes: ((voice: Voice) => unknown)[] = [
		(voice) => ({ a: first(voice), b: [1.5e3, null, second(voice)] }),
		(voice) => [true, { [first(voice)]: { c: second(voice) } }],
		(voice) => [[], {}, "x", -1, first(voice)],
	];
	const shape = pick(shapes, next);
	const lines = next() < 0.2;
	return (voice) => {
		const json = JSON.stringify(shape(voice), undefined, indent);
		return lines ? `${json}\n${json}` : json;
	};
}

/** One text or call of an answer. */
export interface Scripted {
	readonly kind: Said["kind"];
	readonly say: Script;
	readonly name: string;
}

/** Thoughts, a text, and calls. `values`: how many surrogates there are to name. */
export function script(next: Next, values: number): Scripted[] {
	const texts = (["thinking", "text"] as const).flatMap((kind) => (next() < 0.6 ? [{ kind, say: sentence(next, values), name: "" }] : []));
	const calls = Array.from({ length: Math.floor(next() * 3) }, (_, i) => {
		const inner = stringAt(1, next, values);
		return { kind: "call" as const, name: `f${i}`, say: (voice: Voice) => JSON.stringify({ q: inner(voice), n: 1 }) };
	});
	return [...texts, ...calls];
}
