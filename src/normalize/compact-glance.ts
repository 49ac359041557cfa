import { isOrdinary } from "./fold.ts";
import { mayBeNumberWord } from "./number-words.ts";

/** 0 is anything else. `+` counts as a digit: telephone numbers begin with it. */
const [LETTER, DIGIT, SEPARATOR, MARK] = [1, 2, 3, 4];
const KINDS = new Uint8Array(256);
const setKind = (characters: string, kind: number): void => {
	for (const character of characters) KINDS[character.charCodeAt(0)] = kind;
};
setKind("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", LETTER);
setKind("0123456789+", DIGIT);
setKind(" \t\n-.,/_|:;~*", SEPARATOR);
setKind("<\"'`\\", MARK);
/** What ends a character that is enclosed, and what begins it where it is no quote. */
const CLOSING: ReadonlySet<number> = new Set(Buffer.from("\"'`)}]"));
const OPENING: ReadonlySet<number> = new Set(Buffer.from("({["));
const [BLANK, HYPHEN, ASTERISK, TILDE, QUOTE, APOSTROPHE, LESS, LINE_FEED] = [0x20, 0x2d, 0x2a, 0x7e, 0x22, 0x27, 0x3c, 0x0a];
/** Ends a line that may be folded. */
export const CARRIAGE_RETURN = 0x0d;
/** Begins what is written in quoted-printable. */
export const EQUALS = 0x3d;

export function isLetter(byte: number): boolean {
	return KINDS[byte] === LETTER;
}

export function isDigit(byte: number): boolean {
	return KINDS[byte] === DIGIT;
}

export function isSeparator(byte: number): boolean {
	return KINDS[byte] === SEPARATOR;
}

/** Ends a character that stands in quotes or brackets. */
export function isClosing(byte: number): boolean {
	return CLOSING.has(byte);
}

/** Can vanish between two characters. */
export function isMark(byte: number): boolean {
	return KINDS[byte] === MARK || byte === ASTERISK || byte === TILDE;
}

const isBlank = (byte: number): boolean => byte === BLANK || byte === 0x09 || byte === LINE_FEED;
const isWord = (byte: number): boolean => KINDS[byte] === LETTER || KINDS[byte] === DIGIT;

/** The byte at `at`; undefined where it is not here yet or folding may change it. */
function known(window: Uint8Array, at: number, end: number): number | undefined {
	const byte = window[at];
	return at < end && byte !== undefined && isOrdinary(byte) ? byte : undefined;
}

/** A look at the bytes that are here: false only when no run can have its first separator at `at`. */
export function mayBeRun(window: Uint8Array, at: number, end: number): boolean {
	const isPart = isBlank(window[at] as number) ? isBlank : isSeparator;
	let unit = at;
	while (unit < end && isPart(window[unit] as number)) unit++;
	const byte = known(window, unit, end);
	const next = known(window, unit + 1, end);
	if (byte === undefined || next === undefined || next === 0x2b) return true;
	// Between blanks anything may stand alone.
	if (!isWord(byte)) return isBlank(next);
	if (!isWord(next)) return true;
	return isLetter(byte) && mayBeNumberWord(window, unit, end);
}

/** The same behind a character that is enclosed: another one follows behind a comma, a blank or at once. */
export function mayBeEnclosed(window: Uint8Array, at: number, end: number): boolean {
	const next = known(window, at + 1, end);
	return next === undefined || next === 0x2c || next === BLANK || next === 0x09 || OPENING.has(next);
}

/** The same for a gap at `at` behind a group of digits. */
export function mayBeGap(window: Uint8Array, at: number, end: number): boolean {
	const byte = window[at] as number;
	const next = known(window, at + 1, end);
	if (next === undefined || isSeparator(next) || next === 0x2b) return true;
	return isDigit(next) && byte !== BLANK && byte !== HYPHEN;
}

/** The same for quoted-printable at `at`. */
export function mayBeQuoted(window: Uint8Array, at: number, end: number): boolean {
	const next = known(window, at + 1, end);
	return next === undefined || (next >= 0x32 && next <= 0x37) || next === CARRIAGE_RETURN || next === LINE_FEED;
}

/** The same for a mark at `at`. */
export function mayVanish(window: Uint8Array, at: number, end: number): boolean {
	const byte = window[at] as number;
	const next = known(window, at + 1, end);
	if (next === undefined) return true;
	if (byte === CARRIAGE_RETURN) return next === LINE_FEED;
	if (byte === LESS) return isLetter(next) || next === 0x2f || next === 0x21;
	return (byte !== QUOTE && byte !== APOSTROPHE) || !isWord(next) || next === 0x2b;
}
