/**
 * Bodies of requests that have not come to their end, of all connections together. Each may be large, and who sends it is not
 * known yet, so all of them share one bound.
 */
export class ArrivingBodies {
	readonly #maxBytes: number;
	#bytes = 0;

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	begin(): ArrivingBody {
		return new ArrivingBody((bytes) => {
			if (this.#bytes + bytes > this.#maxBytes) return false;
			this.#bytes += bytes;
			return true;
		});
	}
}

/** One body. What it holds is given back once it is taken or dropped. */
export class ArrivingBody {
	/** Of the shared room; false: there is not as much. Negative gives back. */
	readonly #reserve: (bytes: number) => boolean;
	#chunks: Buffer[] = [];
	#bytes = 0;

	constructor(reserve: (bytes: number) => boolean) {
		this.#reserve = reserve;
	}

	/** The piece is kept, not copied. False: too much is under way, and it was not kept. */
	append(chunk: Buffer): boolean {
		if (!this.#reserve(chunk.length)) return false;
		this.#bytes += chunk.length;
		this.#chunks.push(chunk);
		return true;
	}

	/** All of it. */
	take(): Buffer {
		const whole = Buffer.concat(this.#chunks);
		this.drop();
		return whole;
	}

	drop(): void {
		this.#reserve(-this.#bytes);
		this.#bytes = 0;
		this.#chunks = [];
	}
}
