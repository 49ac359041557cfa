import { createHash } from "node:crypto";

/** Numbers drawn from a seed: the same seed gives the same numbers, and they say nothing about the seed. */
export class Draw {
	readonly #seed: Uint8Array;
	#block = Buffer.alloc(0);
	#at = 0;
	#counter = 0;

	constructor(seed: Uint8Array) {
		this.#seed = seed;
	}

	/** An integer in `[0, bound)`; the bias of a 32-bit remainder does not matter here. */
	below(bound: number): number {
		if (this.#at >= this.#block.length) {
			this.#block = createHash("sha256")
				.update(this.#seed)
				.update(String(this.#counter++))
				.digest();
			this.#at = 0;
		}
		const word = this.#block.readUInt32BE(this.#at);
		this.#at += 4;
		return word % bound;
	}

	digits(count: number): string {
		return Array.from({ length: count }, () => this.below(10)).join("");
	}

	pick<T>(list: readonly [T, ...T[]]): T {
		return list[this.below(list.length)] ?? list[0];
	}
}
