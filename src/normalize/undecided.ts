import type { ShadowSink, TransducerState } from "./transducer.ts";

/** Shared until the first byte: a text has twenty such places, and in most of them nothing is ever undecided. */
const NONE: number[] = [];

/** Bytes that a transducer has read and not yet decided, with their spans. Bounded by the grammar of its reader. */
export class Undecided {
	#bytes = NONE;
	#from = NONE;
	#to = NONE;

	constructor(state?: TransducerState) {
		if (state?.undecided === undefined) return;
		const { bytes, from, to } = state.undecided;
		this.#bytes = [...bytes];
		this.#from = [...from];
		this.#to = [...to];
	}

	get length(): number {
		return this.#bytes.length;
	}

	get from(): number {
		return this.#from[0] ?? Number.POSITIVE_INFINITY;
	}

	/** End of the last byte. */
	get to(): number {
		return this.#to.at(-1) ?? 0;
	}

	byte(index: number): number {
		return this.#bytes[index] as number;
	}

	fromOf(index: number): number {
		return this.#from[index] as number;
	}

	/** One character for each byte. */
	latin1(): string {
		return String.fromCharCode(...this.#bytes);
	}

	push(byte: number, from: number, to: number): void {
		if (this.#bytes === NONE) [this.#bytes, this.#from, this.#to] = [[], [], []];
		this.#bytes.push(byte);
		this.#from.push(from);
		this.#to.push(to);
	}

	takeLast(): Parameters<ShadowSink> {
		return [this.#bytes.pop() as number, this.#from.pop() as number, this.#to.pop() as number];
	}

	/** Writes the first `count` bytes as they are. */
	pass(count: number, sink: ShadowSink): void {
		for (let i = 0; i < count; i++) sink(this.#bytes[i] as number, this.#from[i] as number, this.#to[i] as number);
		this.drop(count);
	}

	/** Writes `text` in the place of the first `count` bytes; each of its bytes stands for all of them. */
	replace(count: number, text: string, sink: ShadowSink): void {
		if (text !== "") {
			const from = this.#from[0] as number;
			const to = this.#to[count - 1] as number;
			for (const byte of Buffer.from(text, "utf8")) sink(byte, from, to);
		}
		this.drop(count);
	}

	/** Hands over everything. */
	drain(use: ShadowSink): void {
		const [bytes, from, to] = [[...this.#bytes], [...this.#from], [...this.#to]];
		this.drop(bytes.length);
		for (const [i, byte] of bytes.entries()) use(byte, from[i] as number, to[i] as number);
	}

	drop(count: number): void {
		for (const list of [this.#bytes, this.#from, this.#to]) {
			if (count === list.length) list.length = 0;
			else list.splice(0, count);
		}
	}

	/** Also with the transducer's own numbers. */
	state(memory?: readonly number[]): TransducerState {
		const state = memory === undefined ? {} : { memory };
		if (this.#bytes.length === 0) return state;
		return Object.assign(state, { undecided: { bytes: [...this.#bytes], from: [...this.#from], to: [...this.#to] } });
	}
}
