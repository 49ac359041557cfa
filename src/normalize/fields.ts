import type { ShadowSink, Transducer, TransducerFactory, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

const QUOTE = 0x22;
/** From the end of one string to the beginning of the next; what is further apart is not joined. Bytes. */
const MAX_SEAM = 200;
/** A name of more than 40 bytes is taken for a value, and decides where the seam ends. */
const MAX_UNDECIDED = MAX_SEAM + 60;
const BRACKETS = "[\\s,:{}[\\]]*";
/** No name comes right behind a colon. */
const NAME = '(?<!:\\s*)"[^"\\n]{0,40}"\\s{0,16}:';
const SCALAR = "[-+.\\w]+(?![-+.\\w])";
const BETWEEN = `[,}\\]]${BRACKETS}(?:(?:${NAME}|${SCALAR})${BRACKETS})*`;
const WHOLE = new RegExp(`^"\\s*${BETWEEN}(?!${NAME})"`);
const HEAD = new RegExp(`^"\\s*(?:${BETWEEN}(?:(?<!:\\s*)"[^"\\n]{0,40}(?:"\\s{0,16})?)?)?$`);

/** Which of the seams of a text are left out, numbered from 0. */
type Joins = (seam: number) => boolean;

/**
 * JSON source without what stands between its string values: `{"a":"AKIA…","b":"…"}` as `{"a":"AKIA……"}`. Names, numbers
 * and brackets between two strings belong to the seam.
 */
class Fields implements Transducer {
	readonly #undecided: Undecided;
	readonly #sink: ShadowSink;
	readonly #joins: Joins;
	#seams: number;

	constructor(joins: Joins, sink: ShadowSink, state?: TransducerState) {
		this.#undecided = new Undecided(state);
		this.#seams = state?.memory?.[0] ?? 0;
		this.#sink = sink;
		this.#joins = joins;
	}

	get undecidedFrom(): number {
		return this.#undecided.from;
	}

	push(byte: number, from: number, to: number): void {
		if (this.#undecided.length === 0 && byte !== QUOTE) {
			this.#sink(byte, from, to);
			return;
		}
		this.#undecided.push(byte, from, to);
		this.#decide(false);
	}

	finish(): void {
		this.#decide(true);
	}

	skip(window: Uint8Array, from: number, end: number): number {
		let at = from;
		while (at < end && window[at] !== QUOTE) at++;
		return at;
	}

	state(): TransducerState[] {
		return [this.#undecided.state([this.#seams])];
	}

	#decide(isEnd: boolean): void {
		while (this.#undecided.length > 0) {
			const length = this.#undecided.byte(0) === QUOTE ? seamLength(this.#undecided.latin1(), isEnd) : 0;
			if (length === "more") return;
			if (length > 0 && this.#joins(this.#seams++)) this.#undecided.drop(length);
			else this.#undecided.pass(Math.max(1, length), this.#sink);
		}
	}
}

/** Bytes from the quote that ends a string to behind the one that begins the next; 0 where none follows. */
function seamLength(source: string, isEnd: boolean): "more" | number {
	if (!isEnd && source.length <= MAX_UNDECIDED && HEAD.test(source)) return "more";
	const length = WHOLE.exec(source)?.[0].length ?? 0;
	return length > MAX_SEAM ? 0 : length;
}

const factory =
	(joins: Joins): TransducerFactory =>
	(sink, [state] = []) =>
		new Fields(joins, sink, state);

/** Two by two in both ways, so that there is a border on both sides of a secret over two fields; and all as one. */
export const FIELD_READINGS: readonly { readonly open: TransducerFactory; readonly leastSeams: number }[] = [
	{ open: factory((seam) => seam % 2 === 0), leastSeams: 1 },
	{ open: factory((seam) => seam % 2 === 1), leastSeams: 1 },
	{ open: factory(() => true), leastSeams: 2 },
];
