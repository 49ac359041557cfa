import type { Graph } from "../../native/index.js";
import type { Rule } from "../policy/policy.ts";
import { buildTables } from "./automaton-tables.ts";
import { type Beginning, beginningsOf } from "./beginnings.ts";
import { type Edge, MAX_PATTERN_WIDTH } from "./byte-regex.ts";
import { hasByte } from "./byte-set.ts";

/** The first part of a secret with which a text ends. Window indices; it goes to the end. */
export interface Unfinished {
	readonly rule: number;
	readonly from: number;
}

/** Words, names of members and numbers: what a text may end with. */
const NAME = /[A-Z]?[a-z]+(?:[A-Z][a-z]{2,})*|[A-Z]+|\d+/.source;
const PLAIN = new RegExp(`^(?:${NAME})(?:[-_./:]+(?:${NAME}))*[-_./:!?]*$`);
const WORD = /^[A-Z]?[a-z]+$/;
const LETTERS = /^[A-Za-z]+$/;

/**
 * Secrets in which a text ends. Half a secret is one: the other half may come in another part of the answer, or in
 * another answer. It is one where the text goes on, behind a beginning that says which secret it is (`sk-`), with bytes that only the
 * secret has, and could go on to be a match. A word may be one too, if it begins as some secrets do (`path`, `api-docs`).
 */
export class UnfinishedSecrets {
	readonly #rules: readonly Rule[];
	readonly #beginnings: ReadonlyMap<number, readonly Beginning[]>;
	readonly #graphs = new Map<number, { readonly graph: Graph; readonly goesOn: Uint8Array }>();

	constructor(rules: readonly Rule[]) {
		this.#rules = rules;
		this.#beginnings = beginningsOf(rules);
	}

	/** The first one that begins in `[from, end)`; `applies`: rules that count. */
	find(window: Uint8Array, from: number, end: number, applies: (rule: number) => boolean): Unfinished | undefined {
		// Most texts end with nothing that is held.
		if (from === end) return undefined;
		const first = Math.max(from, end - MAX_PATTERN_WIDTH);
		const text = Buffer.from(window.buffer, window.byteOffset + first, end - first).toString("latin1");
		for (let at = first; at < end; at++) {
			const here = this.#beginnings.get(window[at] as number);
			if (here === undefined) continue;
			const rest = text.slice(at - first);
			// What is the beginning of a beginning is public.
			if (here.some(({ text: head, rule }) => head.startsWith(rest) && applies(rule))) continue;
			const [found] = here
				.filter(({ text: head, rule, regex }) => rest.startsWith(head) && applies(rule) && holds(regex.left, window, at))
				.sort((a, b) => b.text.length - a.text.length)
				.filter((beginning) => this.#isAlive(beginning, window, at, end));
			if (found !== undefined && !this.#isPlain(found, rest)) return { rule: found.rule, from: at };
		}
		return undefined;
	}

	/** Whether what follows a trigger at the end of a text may be a word, a number or punctuation. */
	isPlainValue(value: string): boolean {
		return PLAIN.test(value) || !/[\p{L}\p{N}]/u.test(value);
	}

	#isPlain({ rule, text }: Beginning, rest: string): boolean {
		if (LETTERS.test(text)) return WORD.test(rest);
		return this.#rules[rule]?.beginsAsWord === true && PLAIN.test(rest);
	}

	/** Whether `window[at, end)` is the beginning of a match and not the whole of it. */
	#isAlive({ rule, regex }: Beginning, window: Uint8Array, at: number, end: number): boolean {
		const known = this.#graphs.get(rule) ?? withSuccessors(buildTables(regex, false).relaxed);
		this.#graphs.set(rule, known);
		const { graph, goesOn } = known;
		const { classes, first, predOffsets, preds } = graph;
		let alive = Uint8Array.from(first);
		for (let i = at; i < end; i++) {
			const byte = window[i] as number;
			const next = new Uint8Array(first.length);
			let count = 0;
			for (let q = 0; q < next.length; q++) {
				if (!hasByte(classes.subarray(q * 32, q * 32 + 32), byte)) continue;
				let isReached = i === at && alive[q] === 1;
				for (let e = predOffsets[q] as number; i > at && !isReached && e < (predOffsets[q + 1] as number); e++)
					isReached = alive[preds[e] as number] === 1;
				if (!isReached) continue;
				next[q] = 1;
				count++;
			}
			if (count === 0) return false;
			alive = next;
		}
		return alive.some((isOn, q) => isOn === 1 && goesOn[q] === 1);
	}
}

function withSuccessors(graph: Graph): { readonly graph: Graph; readonly goesOn: Uint8Array } {
	const goesOn = new Uint8Array(graph.first.length);
	for (const q of graph.preds) goesOn[q] = 1;
	return { graph, goesOn };
}

function holds(left: Edge, window: Uint8Array, at: number): boolean {
	if (left.kind === "none" || at === 0) return true;
	const before = window[at - 1] as number;
	return left.kind === "notIn" ? !hasByte(left.set, before) : isWord(before) !== isWord(window[at] as number);
}

const isWord = (byte: number): boolean => /^\w$/.test(String.fromCharCode(byte));
