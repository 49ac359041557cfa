import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { SourceKind } from "../providers/provider.ts";
import type { SignalPlace } from "../verdict/injection.ts";
import type { WholeText } from "./whole-texts.ts";

/** About 300 bytes each; the one that was not asked for longest goes first. */
const MAX_TEXTS = 8192;
/** Texts, with the findings and signals of all of them: about 70 bytes each. */
const MAX_SIZE = 100_000;

/** What inspections of one text have found. Offsets and numbers, nothing of the text itself; absent: not known yet. */
export class KnownText {
	readonly #onSize: (size: number) => void;
	#whole: WholeText | undefined;

	/** `onSize` is told how many findings and signals there are, and one for the text. */
	constructor(onSize: (size: number) => void) {
		this.#onSize = onSize;
	}

	/** What the learned model says of it, 0…1. */
	learned?: number;
	/** Signals of how it is written. */
	written?: readonly SignalPlace[];
	/** Of several texts that could be read as one: no two of them belong together. */
	areApart?: boolean;

	/** By one policy's rules alone, where the text stays as it is. */
	get whole(): WholeText | undefined {
		return this.#whole;
	}

	found(whole: WholeText): void {
		if (whole.text !== undefined || this.#whole !== undefined) return;
		this.#whole = whole;
		this.#onSize(1 + whole.findings.length + whole.signals.length);
	}
}

/** Names the text, or texts with what they are to each other. */
export type TextKind = SourceKind | "apart" | "results";

/** The texts that one caller has sent under one policy. */
export interface CallerTexts {
	/** Undefined: of this text nothing may be remembered. */
	of(kind: TextKind, ...texts: readonly string[]): KnownText | undefined;
}

/**
 * What is known of the texts of prompts, because each request of a conversation, or of an agent's work, holds all that was
 * said before. A text is known by its SHA-256, and by who sent it under which policy: how long a verdict takes tells a caller
 * nothing of what others send.
 */
export class KnownTexts {
	readonly #texts = new LRUCache<string, KnownText>({ max: MAX_TEXTS, maxSize: MAX_SIZE });

	sentBy(owner: string, policyId: string): CallerTexts {
		const scope = JSON.stringify([owner, policyId]);
		/** The last one needs no length. */
		const named = (kind: TextKind, texts: readonly string[]): string =>
			texts.reduce((all, text, i) => `${all}\n${i === texts.length - 1 ? "" : text.length}\n${text}`, scope + kind);
		return {
			of: (kind, ...texts) => {
				// SHA-256 is of UTF-8, in which halves of surrogate pairs are all the same character.
				if (!texts.every((text) => text.isWellFormed())) return undefined;
				const key = hash("sha256", named(kind, texts), "base64");
				return this.#texts.get(key) ?? this.#add(key);
			},
		};
	}

	#add(key: string): KnownText {
		const known = new KnownText((size) => {
			// Its place has the size that it was given with.
			if (this.#texts.delete(key)) this.#texts.set(key, known, { size });
		});
		this.#texts.set(key, known, { size: 1 });
		return known;
	}
}
