import {
	CARRIAGE_RETURN,
	EQUALS,
	isClosing,
	isDigit,
	isLetter,
	isMark,
	isSeparator,
	mayBeEnclosed,
	mayBeGap,
	mayBeQuoted,
	mayBeRun,
	mayVanish,
} from "./compact-glance.ts";
import { groupGapLength, markLength, quotedAt, runAt, runKindOf, separatorAt, unitAt } from "./compact-syntax.ts";
import { ownLength } from "./fold.ts";
import { beginsNumberWord, mayBeNumberWord } from "./number-words.ts";
import type { ShadowSink, Transducer, TransducerState } from "./transducer.ts";
import { Undecided } from "./undecided.ts";

/** Characters of a word are counted up to this. */
const MANY = 4;

const BLANK = 0x20;
const LINE_FEED = 0x0a;
/** Bytes of a line are counted up to this. */
const LONG_LINE = 100;

/**
 * Text without what stands between the characters of one word: blanks and punctuation between characters that all stand
 * alone (`A K I A`, `4-1-1-1`, `["4", "1"]`, `{4}{1}`), Markdown and HTML, the seams of string literals, soft line breaks. Gaps between groups of digits become one
 * hyphen, and number words in a run become digits. Reads text that is folded already.
 */
export class Compact implements Transducer {
	readonly #undecided: Undecided;
	readonly #sink: ShadowSink;
	/** Letters and digits written since anything else, up to MANY. */
	#unit: number;
	#last: number;
	/** Bytes of the line before the first undecided one. */
	#column: number;
	/** First separator of the run being joined, empty outside of one. */
	#separator: string;

	constructor(sink: ShadowSink, state?: TransducerState) {
		const [unit = 0, last = 0, column = 0, ...separator] = state?.memory ?? [];
		this.#undecided = new Undecided(state);
		this.#unit = unit;
		this.#last = last;
		this.#column = column;
		this.#separator = String.fromCharCode(...separator);
		this.#sink = (byte, from, to) => {
			this.#note(byte);
			sink(byte, from, to);
		};
	}

	get undecidedFrom(): number {
		return this.#undecided.from;
	}

	push(byte: number, from: number, to: number): void {
		if (this.#undecided.length === 0 && this.#separator === "" && !this.#mayChange(byte)) {
			this.#count(byte);
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
		if (this.#separator !== "") return from;
		for (let at = from; at < end; ) {
			const length = ownLength(window, at, end);
			if (length === 0 || (length === 1 && this.#isSpecial(window, at, end))) return this.#skipped(window, from, at);
			this.#note(window[at] as number);
			at += length;
		}
		return this.#skipped(window, from, end);
	}

	state(): TransducerState[] {
		return [this.#undecided.state([this.#unit, this.#last, this.#column, ...Buffer.from(this.#separator)])];
	}

	/** Whether anything but the byte itself could come of it. What follows is only known where folding cannot change it. */
	#isSpecial(window: Uint8Array, at: number, end: number): boolean {
		const byte = window[at] as number;
		if (isLetter(byte)) return this.#unit === 0 && mayBeNumberWord(window, at, end);
		if (isSeparator(byte)) {
			if (this.#unit === 1 && mayBeRun(window, at, end)) return true;
			if (this.#isInNumber() && mayBeGap(window, at, end)) return true;
		}
		if (this.#unit === 1 && isClosing(byte) && mayBeEnclosed(window, at, end)) return true;
		if (byte === EQUALS) return this.#canQuote() && mayBeQuoted(window, at, end);
		return this.#canVanish(byte) && mayVanish(window, at, end);
	}

	/** Whether what follows could make anything but the byte itself of it. */
	#mayChange(byte: number): boolean {
		if (isLetter(byte)) return this.#unit === 0 && beginsNumberWord(byte);
		if (isSeparator(byte) && (this.#unit === 1 || this.#isInNumber())) return true;
		if (this.#unit === 1 && isClosing(byte)) return true;
		return byte === EQUALS ? this.#canQuote() : this.#canVanish(byte);
	}

	/** Index `to`, to which the window is skipped. */
	#skipped(window: Uint8Array, from: number, to: number): number {
		let line = to;
		while (line > from && window[line - 1] !== LINE_FEED) line--;
		this.#column = Math.min(LONG_LINE, line === from ? this.#column + to - from : to - line);
		return to;
	}

	#count(byte: number): void {
		this.#column = byte === LINE_FEED ? 0 : Math.min(LONG_LINE, this.#column + 1);
	}

	/** As many undecided bytes, which are decided now. */
	#counted(count: number): number {
		for (let i = 0; i < count; i++) this.#count(this.#undecided.byte(i));
		return count;
	}

	#note(byte: number): void {
		this.#unit = isLetter(byte) || isDigit(byte) ? Math.min(MANY, this.#unit + 1) : 0;
		this.#last = byte;
	}

	#decide(isEnd: boolean): void {
		while (this.#undecided.length > 0) {
			const source = this.#undecided.latin1();
			const isDecided = this.#separator === "" ? this.#read(source, isEnd) : this.#readRun(source, isEnd);
			if (!isDecided) return;
		}
	}

	/** The next separator and unit of the run, or its end. False: not decidable yet. */
	#readRun(source: string, isEnd: boolean): boolean {
		const kind = runKindOf(this.#separator);
		const separator = separatorAt(source, 0, kind, isEnd, true);
		const unit = typeof separator === "string" ? separator : unitAt(source, separator.length, kind, isEnd, separator.text[0]);
		if (unit === "more" || separator === "more") return false;
		if (unit === "none" || separator === "none" || (kind === "punctuation" && separator.text !== this.#separator)) {
			this.#separator = "";
			return true;
		}
		// A wider gap parts words.
		const isWider = kind !== "enclosed" && separator.length > this.#separator.length;
		this.#undecided.replace(this.#counted(separator.length), isWider ? " " : "", this.#sink);
		this.#undecided.replace(this.#counted(unit.length), unit.text, this.#sink);
		return true;
	}

	/** False: not decidable yet. */
	#read(source: string, isEnd: boolean): boolean {
		const byte = source.charCodeAt(0);
		if (isLetter(byte) && this.#unit === 0 && beginsNumberWord(byte)) return this.#readWord(source, isEnd);
		if (byte === EQUALS) return this.#readQuoted(source, isEnd);
		const separated = isSeparator(byte) || isClosing(byte) ? this.#readSeparator(source, isEnd) : "none";
		if (separated !== "none") return separated === "done";
		const length = this.#canVanish(byte) ? markLength(source, isEnd) : 0;
		if (length === "more") return false;
		if (length > 0) this.#undecided.drop(this.#counted(length));
		else this.#undecided.pass(this.#counted(1), this.#sink);
		return true;
	}

	/** False: not decidable yet. */
	#readQuoted(source: string, isEnd: boolean): boolean {
		const quoted = this.#canQuote() ? quotedAt(source, this.#column, isEnd) : "none";
		if (quoted === "more") return false;
		if (quoted === "none") this.#undecided.pass(this.#counted(1), this.#sink);
		else this.#undecided.replace(this.#counted(quoted.length), quoted.text, this.#sink);
		return true;
	}

	#readSeparator(source: string, isEnd: boolean): "more" | "none" | "done" {
		const run = this.#unit === 1 ? runAt(source, 0, isEnd) : "none";
		if (run === "more") return "more";
		if (run !== "none") {
			this.#separator = run.text;
			return "done";
		}
		const length = this.#isInNumber() ? groupGapLength(source, this.#unit, isEnd) : 0;
		if (length === "more") return "more";
		if (length === 0) return "none";
		this.#undecided.replace(this.#counted(length), "-", this.#sink);
		return "done";
	}

	/** Behind at least two characters, the last one a digit. */
	#isInNumber(): boolean {
		return this.#unit > 1 && isDigit(this.#last);
	}

	/** A mark behind anything that can be seen, the end of a line behind a letter or digit. */
	#canVanish(byte: number): boolean {
		if (byte === CARRIAGE_RETURN) return this.#unit > 0;
		return this.#last > BLANK && this.#last < 0x7f && isMark(byte) && !isMark(this.#last);
	}

	/** Quoted-printable behind anything that can be seen; a padded value of base64 has two of its marks. */
	#canQuote(): boolean {
		return this.#last > BLANK && this.#last < 0x7f && this.#last !== EQUALS;
	}

	/** The beginning of a word that may be a number word. False: not decidable yet. */
	#readWord(source: string, isEnd: boolean): boolean {
		const word = unitAt(source, 0, "punctuation", isEnd);
		if (word === "more") return false;
		const run = word !== "none" && word.length > 1 ? runAt(source, word.length, isEnd) : "none";
		if (run === "more") return false;
		if (run === "none" || word === "none") this.#undecided.pass(this.#counted(1), this.#sink);
		else {
			this.#separator = run.text;
			this.#undecided.replace(this.#counted(word.length), word.text, this.#sink);
		}
		return true;
	}
}
