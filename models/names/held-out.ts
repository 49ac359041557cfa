import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { LABELS } from "../../src/models/entity-labels.ts";

/** Of -log p that is written down: its steps, and what a token that is surely none has of every other label. */
const STEPS = 8;
const MOST = 127 / STEPS;

/** What encoders say of the texts of the corpora that they have not read, token by token in the order of `encoderTexts`. */
export class HeldOut {
	readonly #file: Buffer;
	readonly #count: number;
	/** Known tokens so far, and tokens before the next one that are none. */
	#known = 0;
	#none: number;

	constructor() {
		this.#file = gunzipSync(readFileSync(new URL("held-out.bin.gz", import.meta.url)));
		this.#count = this.#file.readUInt32LE(0);
		this.#none = this.#noneBefore(0);
	}

	/** Log probabilities of the next tokens, tokens × labels. */
	next(tokens: number): Float64Array {
		const said = new Float64Array(tokens * LABELS);
		for (let i = 0; i < tokens; i++) {
			for (let label = 0; label < LABELS; label++) said[i * LABELS + label] = -this.#said(label);
			if (this.#none-- === 0) this.#none = this.#noneBefore(++this.#known);
		}
		return said;
	}

	get isAtEnd(): boolean {
		return this.#known === this.#count;
	}

	#said(label: number): number {
		if (this.#none > 0 || this.isAtEnd) return label === 0 ? 0 : MOST;
		return (this.#file[4 + 4 * this.#count + label * this.#count + this.#known] as number) / STEPS;
	}

	#noneBefore(known: number): number {
		return known < this.#count ? this.#file.readUInt32LE(4 + 4 * known) : Number.POSITIVE_INFINITY;
	}
}
