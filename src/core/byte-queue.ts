/** Bytes of memory that an empty queue may keep for what comes next. */
const KEPT_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

/**
 * Bytes in the order they came, in one piece of memory. Appending and dropping cost what they move, however small the
 * pieces are, and hold on to nobody else's buffer. Takes at most twice the memory of the most that was in it.
 */
export class ByteQueue {
	#buffer = NOTHING;
	#from = 0;
	#to = 0;

	get length(): number {
		return this.#to - this.#from;
	}

	/** A view; valid until the next `append` or `drop`. */
	get bytes(): Buffer {
		return this.#buffer.subarray(this.#from, this.#to);
	}

	append(bytes: Uint8Array): void {
		if (this.#to + bytes.length > this.#buffer.length) this.#grow(bytes.length);
		this.#buffer.set(bytes, this.#to);
		this.#to += bytes.length;
	}

	/** Removes the oldest `count` bytes. */
	drop(count: number): void {
		this.#from = Math.min(this.#to, this.#from + count);
		if (this.#from < this.#to) return;
		this.#from = 0;
		this.#to = 0;
		if (this.#buffer.length > KEPT_BYTES) this.#buffer = NOTHING;
	}

	/** Twice what is needed, so that the copies of all growing together cost no more than the bytes. */
	#grow(more: number): void {
		const target = Buffer.allocUnsafe(2 * (this.length + more));
		target.set(this.bytes);
		this.#to = this.length;
		this.#from = 0;
		this.#buffer = target;
	}
}
