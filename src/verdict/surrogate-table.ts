import { createHmac } from "node:crypto";
import type { Rule } from "../policy/policy.ts";
import { canonical } from "./canonical.ts";
import { Draw } from "./draw.ts";
import { isScarce, synthesize } from "./synthetic.ts";

/** Numbers that depend on the value have eight digits: shorter ones are not told from numbers that stand there by chance. */
const FIRST_STATEFUL = 10_000_000;

/** Values one conversation, or one text of its answer, can have surrogates for; beyond it they get a label without number. */
const MAX_SURROGATES = 1000;
/** UTF-16 units of originals kept for one conversation, likewise. */
const MAX_ORIGINAL_UNITS = 1 << 16;
const DIGEST_BYTES = 16;
const NUMBER = /_(\d+)\]$/;
/** A placeholder that stands in a text already, in any of the forms a model gives it: in brackets, or as a word, which an escape of a URL may come before. */
const PLACEHOLDERS = [
	/\[([A-Z][A-Z0-9_\s\\\-\u2010-\u2015]{1,63})[_\s\\\-\u2010-\u2015](\d{1,9})\b/gi,
	/(?:\b|(?<=%[\dA-F]{2}))([A-Z][A-Z0-9_\\]{1,63})[_\\](\d{1,9})(?=s?\b)/gi,
];

/** What stands for one value. Plain data. */
export interface Surrogate {
	/** Keyed hash of the value. */
	readonly digest: string;
	readonly label: string;
	readonly text: string;
	/** The value itself, where it is to be given back. */
	readonly original?: string;
}

/** Plain data. */
export interface SurrogateTableState {
	readonly scope: string;
	readonly isStateful: boolean;
	readonly surrogates: readonly Surrogate[];
}

export interface SurrogateTableOptions {
	readonly key: Uint8Array;
	/** The surrogates of the conversation that a text belongs to. */
	readonly parent?: SurrogateTable;
	readonly state?: SurrogateTableState;
	/** The upstream keeps the conversation and only its last turn is seen: a value's surrogate depends on nothing but the key, and is one of many. */
	readonly isStateful?: boolean;
	readonly keepsOriginals?: boolean;
}

/** Gives every value its surrogate: the same value the same one, two values never the same. */
export class SurrogateTable {
	readonly #key: Uint8Array;
	readonly #parent: SurrogateTable | undefined;
	readonly #isStateful: boolean;
	readonly #keepsOriginals: boolean;
	#scope: string;
	readonly #byDigest = new Map<string, Surrogate>();
	/** Surrogates as they were written. */
	readonly #given = new Set<string>();
	/** What no further surrogate may look like: those given, and placeholders that stood in the text before. */
	readonly #taken = new Set<string>();
	#texts: readonly string[] = [];
	#current = "";
	#hasReserved = false;
	/** Highest number by label. */
	readonly #last = new Map<string, number>();
	#originalUnits = 0;

	constructor({ key, parent, state, isStateful, keepsOriginals }: SurrogateTableOptions) {
		this.#key = key;
		this.#parent = parent;
		this.#isStateful = isStateful ?? state?.isStateful ?? parent?.isStateful ?? false;
		this.#keepsOriginals = keepsOriginals ?? false;
		this.#scope = state?.scope ?? "";
		for (const surrogate of state?.surrogates ?? []) this.#add(surrogate);
	}

	get surrogates(): readonly Surrogate[] {
		return [...this.#byDigest.values()];
	}

	get isStateful(): boolean {
		return this.#isStateful;
	}

	state(): SurrogateTableState {
		return { scope: this.#scope, isStateful: this.#isStateful, surrogates: this.surrogates };
	}

	/** All texts of a prompt. Where originals are given back, what looks like a surrogate in them is never given to a value. */
	begin(texts: readonly string[]): void {
		this.#texts = texts;
	}

	/**
	 * The text that is inspected next. Synthetic values depend on the first text that needs one: the same in every turn of
	 * a conversation, so that they are, and another in other conversations, so that those cannot be linked.
	 */
	beginText(text: string): void {
		this.#current = text;
	}

	/** The surrogate of a value. `written`: as the caller wrote it, to be given back. */
	surrogateOf(rule: Pick<Rule, "type" | "label">, value: string, kind: "replace" | "synthetic", written = value): string {
		// Where surrogates are not given back, the history of a conversation holds them.
		if (kind === "synthetic" && !this.#keepsOriginals && this.#isGiven(value)) return value;
		const digest = this.#digest(rule.label, canonical(rule, value));
		const known = this.#find(digest);
		if (known !== undefined) return known.text;
		if (this.#isFull(written)) return `[${rule.label}]`;
		const text = (kind === "synthetic" ? this.#synthesize(rule.type, value, digest) : undefined) ?? this.#placeholder(rule.label, digest);
		this.#add({ digest, label: rule.label, text, ...(this.#keepsOriginals && { original: written }) });
		return text;
	}

	#isFull(value: string): boolean {
		if (this.#keepsOriginals) this.#originalUnits += value.length;
		return this.#byDigest.size >= MAX_SURROGATES || this.#originalUnits > MAX_ORIGINAL_UNITS;
	}

	#synthesize(type: string, value: string, digest: string): string | undefined {
		if (this.#isStateful && isScarce(type, value)) return undefined;
		const seed = createHmac("sha256", this.#key).update(`${this.#rootScope()}\0${digest}`).digest();
		const draw = new Draw(seed);
		for (let attempt = 0; attempt < 16; attempt++) {
			const made = synthesize(type, value, draw);
			if (made === undefined || !(this.#isTaken(made) || made === value || this.#standsInPrompt(made))) return made;
		}
		return undefined;
	}

	/** A value that is also a surrogate would be taken for the other one when originals are given back. */
	#standsInPrompt(made: string): boolean {
		return this.#keepsOriginals && this.#texts.some((text) => text.includes(made));
	}

	#reserve(): void {
		if (this.#hasReserved || !this.#keepsOriginals) return;
		this.#hasReserved = true;
		for (const text of this.#texts)
			for (const form of PLACEHOLDERS)
				for (const [, label, number] of text.matchAll(form)) this.#taken.add(lookOf(`${label}${Number(number)}`));
	}

	#placeholder(label: string, digest: string): string {
		this.#reserve();
		for (
			let number = this.#isStateful
				? FIRST_STATEFUL + (Number.parseInt(digest.slice(0, 8), 16) % (9 * FIRST_STATEFUL))
				: this.#lastOf(label) + 1;
			;
			number++
		) {
			const text = `[${label}_${number}]`;
			if (!this.#isTaken(text)) return text;
		}
	}

	#lastOf(label: string): number {
		return this.#last.get(label) ?? (this.#parent === undefined ? 0 : this.#parent.#lastOf(label));
	}

	#find(digest: string): Surrogate | undefined {
		return this.#byDigest.get(digest) ?? (this.#parent === undefined ? undefined : this.#parent.#find(digest));
	}

	#isTaken(text: string): boolean {
		if (this.#taken.has(lookOf(text))) return true;
		return this.#parent === undefined ? false : this.#parent.#isTaken(text);
	}

	#isGiven(text: string): boolean {
		if (this.#given.has(text)) return true;
		return this.#parent === undefined ? false : this.#parent.#isGiven(text);
	}

	#rootScope(): string {
		if (this.#parent !== undefined) return this.#parent.#rootScope();
		if (this.#scope === "" && !this.#isStateful) this.#scope = this.#digest("scope", this.#current);
		return this.#scope;
	}

	#add(surrogate: Surrogate): void {
		this.#byDigest.set(surrogate.digest, surrogate);
		this.#given.add(surrogate.text);
		this.#taken.add(lookOf(surrogate.text));
		const number = Number(NUMBER.exec(surrogate.text)?.[1] ?? 0);
		this.#last.set(surrogate.label, Math.max(number, this.#lastOf(surrogate.label)));
	}

	#digest(label: string, value: string): string {
		return createHmac("sha256", this.#key)
			.update(`${label}\0${value}`)
			.digest("hex")
			.slice(0, 2 * DIGEST_BYTES);
	}
}

/** What is left of a surrogate in the forms a model gives it: of a long number its last ten digits, for country codes come and go. */
function lookOf(text: string): string {
	const compact = text.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
	return /^\d{10,}$/.test(compact) ? compact.slice(-10) : compact;
}
