import { createHmac } from "node:crypto";
import type { RedactionStrategy, Rule } from "../policy/policy.ts";
import { canonical } from "./canonical.ts";
import { mask } from "./mask.ts";
import { SurrogateTable, type SurrogateTableState } from "./surrogate-table.ts";

const HASH_HEX_DIGITS = 12;

/** How redacted regions are written. */
export interface RedactionStyle {
	/** For rules that name none of their own. */
	readonly strategy: RedactionStrategy;
	/** Something stands in the place of what would be removed. */
	readonly isMarked?: boolean;
	/** Keys hashes and surrogates. */
	readonly key: Uint8Array;
	/** Of a prompt: the one numbering of all its texts. */
	readonly prompt?: SurrogateTable;
	/** In an answer: the surrogates of its prompt. Each text of the answer numbers what is new on its own, so that the order in which texts arrive cannot matter. */
	readonly known?: SurrogateTable;
}

/** Writes what stands in the place of findings of one text. */
export class Redactor {
	readonly #style: RedactionStyle;
	/** Made when the first value needs one: most texts have none. */
	#surrogates: SurrogateTable | undefined;

	constructor(style: RedactionStyle, state?: SurrogateTableState) {
		this.#style = style;
		this.#surrogates = style.prompt ?? (state && this.#table(state));
	}

	/** What is not in the style. Absent: nothing. */
	state(): SurrogateTableState | undefined {
		return this.#style.prompt === undefined ? this.#surrogates?.state() : undefined;
	}

	/** `text` is absent when the length of the finding was not known yet (a swallowed tail). `written`: what stands there, where that is not the same. */
	replacement(
		rule: Pick<Rule, "type" | "label" | "category" | "strategy" | "mask">,
		text: string | undefined,
		written: string | undefined = text,
	): string {
		const strategy = rule.strategy ?? this.#style.strategy;
		switch (strategy) {
			case "remove":
				return this.#style.isMarked === true ? `[${rule.label} REDACTED]` : "";
			case "mask":
				return rule.category === "pii" && text !== undefined ? mask(rule.type, text, rule.mask) : `[${rule.label} REDACTED]`;
			case "hash":
				return text === undefined ? `[${rule.label}]` : `[${rule.label}:${this.#hash(canonical(rule, text))}]`;
			case "replace":
			case "synthetic":
				if (text === undefined) return `[${rule.label}]`;
				this.#surrogates ??= this.#table();
				return this.#surrogates.surrogateOf(rule, text, strategy, written);
			default:
				return strategy satisfies never;
		}
	}

	#table(state?: SurrogateTableState): SurrogateTable {
		const { key, known } = this.#style;
		return new SurrogateTable({ key, ...(known && { parent: known }), ...(state && { state }) });
	}

	#hash(value: string): string {
		return createHmac("sha256", this.#style.key).update(value).digest("hex").slice(0, HASH_HEX_DIGITS);
	}
}
