import type { Counter, EventData, EventReading, Place, StreamFormat } from "../providers/provider.ts";
import type { SseBlock } from "../wire/sse-decoder.ts";

/** What may differ between an event and the one that it repeats: its growing text, padding, a number that counts. */
type Hole = { readonly kind: "text" | "padding" } | { readonly kind: "count"; readonly name: string };

/** An event with one growing text, taken apart around what may differ. */
export interface Template {
	/** Of the whole block: before the first hole, between two, behind the last; and the same as bytes. */
	readonly parts: readonly string[];
	readonly bytes: readonly Uint8Array[];
	readonly holes: readonly Hole[];
	readonly name: string | undefined;
	/** UTF-16 units, and bytes, before its data and behind it. */
	readonly head: number;
	readonly tail: number;
	readonly reading: EventData;
	readonly place: Place;
}

/** How an event fits a template. */
export interface Fit {
	/** What the literal of its text says stands at `[from, to)`. */
	readonly from: number;
	readonly to: number;
	/** Behind the event. */
	readonly end: number;
	/** A bit for each kind of byte in the literal, where bytes were read. */
	readonly kinds: number;
	readonly counters: readonly Counter[];
}

type OpenFit = { -readonly [Member in keyof Fit]: Fit[Member] } & { readonly counters: Counter[] };

/** Of an event with its data on one line, behind a name at most. */
const HEAD = /^(?:event: ?[\w.]{1,64}\r?\n)?data: ?$/;
const PADDING = /[A-Za-z0-9]{0,64}/y;
const MAX_PADDING = 64;
const bytesOf = (characters: RegExp): Uint8Array =>
	Uint8Array.from({ length: 256 }, (_, byte) => Number(characters.test(String.fromCharCode(byte))));
const [IS_PADDING, IS_DIGIT] = [bytesOf(/[A-Za-z0-9]/), bytesOf(/[0-9]/)];
/** A longer number counts as text. */
const COUNT = /(?:0|[1-9][0-9]{0,7})(?![0-9.eE])/y;
const MAX_DIGITS = 8;
const [QUOTE, BACKSLASH, SPACE, ZERO] = [0x22, 0x5c, 0x20, 0x30];

/** What a byte is in a literal: its end or none of it, a character that stands for itself, a part of a longer one, the beginning of an escape. */
const [END, PLAIN] = [0, 1];
export const [WIDE, ESCAPE] = [2, 3];
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) =>
	byte === BACKSLASH ? ESCAPE : byte >= 0x80 ? WIDE : byte < SPACE || byte === QUOTE ? END : PLAIN,
);
/** Escapes of one letter. An escaped number may be half a character. */
const SHORT_ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));

/** Undefined where the next events cannot be read by it. */
export function templateOf({ raw, event }: SseBlock, reading: EventReading, repeats: StreamFormat["repeats"]): Template | undefined {
	if (repeats === undefined || event === undefined || reading.kind !== "data" || !isRepeatable(reading)) return;
	const { padding, counters } = repeats;
	// Other texts stand alike in what repeats the event, but for the padding, which does not count as a text where it is plain.
	const [place, more] = reading.places.filter(({ kind, path }) => kind !== "whole" || path?.at(-1) === padding);
	if (place === undefined || more !== undefined || place.kind !== "delta" || place.text === "") return;
	const { data, name } = event;
	const end = raw.endsWith("\r\n") ? "\r\n\r\n" : "\n\n";
	const head = raw.length - data.length - end.length;
	if (raw.slice(head) !== data + end || !HEAD.test(raw.slice(0, head)) || data[place.from] !== '"') return;
	const holes = [
		{ hole: { kind: "text" } as const, from: head + place.from + 1, to: head + place.to - 1 },
		...(padding === undefined ? [] : holesOf(raw, padding, { kind: "padding" })),
		...(counters?.names ?? []).flatMap((counter) => holesOf(raw, counter, { kind: "count", name: counter })),
	].sort((a, b) => a.from - b.from);
	const parts = [...holes.map(({ from }, i) => raw.slice(holes[i - 1]?.to ?? 0, from)), raw.slice(holes.at(-1)?.to)];
	const bytes = parts.map((part) => Buffer.from(part));
	return { parts, bytes, holes: holes.map(({ hole }) => hole), name, head, tail: end.length, reading, place };
}

function isRepeatable({ finished, companions, amendments = [], calls = [], pauses, isEnd, isKept }: EventData): boolean {
	const isPlain = pauses === undefined && isEnd !== true && isKept !== true;
	return isPlain && finished.length === 0 && calls.length === 0 && companions.length === 0 && amendments.length === 0;
}

/** The value of the only member with this name, if it is what may differ. A quote inside a string is escaped, so what is found is the member itself. */
function holesOf(raw: string, name: string, hole: Hole): { hole: Hole; from: number; to: number }[] {
	const marker = `"${name}":`;
	const at = raw.indexOf(marker);
	if (at < 0 || raw.indexOf(marker, at + 1) >= 0) return [];
	let from = at + marker.length;
	while (raw.charCodeAt(from) === SPACE) from++;
	const isText = hole.kind === "padding";
	if (isText && raw.charCodeAt(from++) !== QUOTE) return [];
	const to = endOf(isText ? PADDING : COUNT, raw, from);
	return to < 0 || (isText && raw.charCodeAt(to) !== QUOTE) ? [] : [{ hole, from, to }];
}

/** The event at `at` when it differs from the template's only in its holes. Its text need not be valid. */
export function fitText({ parts, holes, head }: Template, text: string, at: number): Fit | undefined {
	const fit = newFit(at);
	for (let i = 0; ; i++) {
		const from = fit.end;
		const part = parts[i] as string;
		fit.end += part.length;
		if (text.slice(from, fit.end) !== part) return undefined;
		const hole = holes[i];
		if (hole === undefined) return fit;
		const value = fit.end;
		fit.end = hole.kind === "text" ? literalEnd(text, value) : endOf(hole.kind === "padding" ? PADDING : COUNT, text, value);
		if (fit.end < 0) return undefined;
		take(fit, hole, value, at + head, hole.kind === "count" ? Number(text.slice(value, fit.end)) : 0);
	}
}

/** As `fitText`, of a whole chunk, whose text has no escaped numbers. */
export function fitBytes({ bytes, holes, head }: Template, chunk: Uint8Array): Fit | undefined {
	const fit = newFit(0);
	for (let i = 0; ; i++) {
		const part = bytes[i] as Uint8Array;
		if (!standsAt(part, chunk, fit.end)) return undefined;
		fit.end += part.length;
		const hole = holes[i];
		if (hole === undefined) return fit.end === chunk.length ? fit : undefined;
		const value = fit.end;
		if (hole.kind === "text") passLiteral(fit, chunk);
		else fit.end = hole.kind === "padding" ? paddingEnd(chunk, value) : countEnd(chunk, value);
		if (fit.end < 0) return undefined;
		take(fit, hole, value, head, hole.kind === "count" ? numberAt(chunk, value, fit.end) : 0);
	}
}

function newFit(at: number): OpenFit {
	return { from: 0, to: 0, end: at, kinds: 0, counters: [] };
}

/** Takes in what the hole has, from `from` to the end so far; of a count its value. `base`: where the data begins. */
function take(fit: OpenFit, hole: Hole, from: number, base: number, value: number): void {
	if (hole.kind === "text") {
		fit.from = from;
		fit.to = fit.end;
	} else if (hole.kind === "count") {
		fit.counters.push({ name: hole.name, value, from: from - base, to: fit.end - base });
	}
}

function standsAt(part: Uint8Array, chunk: Uint8Array, at: number): boolean {
	for (let i = 0; i < part.length; i++) if (part[i] !== chunk[at + i]) return false;
	return true;
}

/** Goes on to the end of the literal. */
function passLiteral(fit: OpenFit, chunk: Uint8Array): void {
	for (;;) {
		const kind = KINDS[chunk[fit.end] as number] ?? END;
		if (kind === END || (kind === ESCAPE && !SHORT_ESCAPES.has(chunk[fit.end + 1] as number))) return;
		fit.kinds |= 1 << kind;
		fit.end += kind === ESCAPE ? 2 : 1;
	}
}

function paddingEnd(chunk: Uint8Array, from: number): number {
	let end = from;
	while (end - from < MAX_PADDING && IS_PADDING[chunk[end] as number] === 1) end++;
	return end;
}

/** As `COUNT` finds it. */
function countEnd(chunk: Uint8Array, from: number): number {
	let end = from;
	while (end - from < MAX_DIGITS && IS_DIGIT[chunk[end] as number] === 1) end++;
	return end === from || (chunk[from] === ZERO && end > from + 1) ? -1 : end;
}

function numberAt(chunk: Uint8Array, from: number, to: number): number {
	let value = 0;
	for (let at = from; at < to; at++) value = value * 10 + (chunk[at] as number) - ZERO;
	return value;
}

/** Index behind what the pattern finds at `at`; -1: nothing. */
function endOf(pattern: RegExp, text: string, at: number): number {
	pattern.lastIndex = at;
	return pattern.test(text) ? pattern.lastIndex : -1;
}

/** Index of the quote that closes the literal whose first character is at `from`; -1 when there is none that JSON allows. */
function literalEnd(text: string, from: number): number {
	for (let at = from; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (unit === QUOTE) return at;
		if (unit < SPACE) return -1;
		if (unit === BACKSLASH) at++;
	}
	return -1;
}
