/** What is expected next outside of strings. `first-`: or the end of what was just opened. */
type Expected = "value" | "first-value" | "name" | "first-name" | "colon" | "end";

/** One text that is JSON as far as it came. Plain data. */
interface Level {
	/** It is none, or not any more. */
	isProse: boolean;
	/** Brackets that are open. */
	open: string;
	expected: Expected;
	/** In a string, whose text is the next level. */
	inString: boolean;
	/** The beginning of an escape. */
	escape: string;
	/** The beginning of a value outside of strings. */
	bare: string;
}

/** Plain data. */
export type NestedJsonState = readonly Level[];

/** Where a value stands: in so many strings, one in the other, and as a value of its own in the innermost text. */
interface Standing {
	readonly strings: number;
	readonly isBare: boolean;
}

/** Texts within one another that are followed: with the string around them, JSON encoded four times. */
const MAX_LEVELS = 3;
const MAX_OPEN = 128;
const MAX_BARE_UNITS = 32;
const BLANK = /[ \t\n\r]/;
const BARE = /[\w+.-]/;
const LITERAL = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const OPENING: Readonly<Record<string, string>> = { "}": "{", "]": "[" };
const AFTER_NAME: Partial<Record<Expected, Expected>> = { name: "colon", "first-name": "colon" };

/**
 * What one JSON string says, where that is JSON too, as programs put bodies of requests into arguments. Says how a value is
 * written at the place that the text has come to, so that whoever parses the inner JSON reads the value. Strict: text in which
 * anything stands that is no JSON is prose from there on, and so is a quote alone.
 */
export class NestedJson {
	readonly #levels: Level[];

	constructor(state: NestedJsonState = []) {
		this.#levels = state.map((level) => ({ ...level }));
	}

	state(): NestedJsonState {
		return this.#levels.map((level) => ({ ...level }));
	}

	/** A string begins. */
	begin(): void {
		this.#levels.splice(0, this.#levels.length, newLevel());
	}

	/** The next of its text. */
	push(text: string): void {
		const [outer] = this.#levels;
		for (let i = 0; i < text.length && outer?.isProse === false; i++) this.#step(0, text[i] as string);
	}

	/** A value is put here; answers how it is written. */
	write(value: string): string {
		const { strings, isBare } = this.#standing(0) ?? NOWHERE;
		const inner = this.#levels.at(-1);
		if (inner !== undefined && !inner.inString) {
			if (isBare) inner.expected = "end";
			else inner.isProse = true;
		}
		let written = isBare ? JSON.stringify(value) : value;
		for (let i = 0; i < strings; i++) written = JSON.stringify(written).slice(1, -1);
		return written;
	}

	/** The value that is written so here. */
	read(written: string): string {
		const { strings } = this.#standing(0) ?? NOWHERE;
		let value = written;
		for (let i = 0; i < strings; i++) value = unescaped(value);
		return value;
	}

	/** Where the end of the text of a level stands; undefined: in no JSON. */
	#standing(at: number): Standing | undefined {
		const level = this.#levels[at];
		if (level === undefined || level.isProse) return undefined;
		if (!level.inString) return isValueDue(level) ? { strings: 0, isBare: true } : undefined;
		const inner = this.#standing(at + 1);
		if (inner !== undefined) return { strings: inner.strings + 1, isBare: inner.isBare };
		// What only stands in quotes is no JSON.
		return level.open === "" ? undefined : { strings: 1, isBare: false };
	}

	#step(at: number, unit: string): void {
		const level = this.#levels[at];
		if (level === undefined || level.isProse) return;
		if (level.inString) this.#stepInString(level, at, unit);
		else if (BLANK.test(unit)) endBare(level);
		else if (unit === '"') this.#beginString(level, at);
		else stepOutside(level, unit);
	}

	#stepInString(level: Level, at: number, unit: string): void {
		if (level.escape !== "" || unit === "\\") {
			level.escape += unit;
			if (!isWhole(level.escape)) return;
			const decoded = unescaped(level.escape);
			level.escape = "";
			for (const one of decoded) this.#step(at + 1, one);
		} else if (unit === '"') {
			level.inString = false;
			level.expected = AFTER_NAME[level.expected] ?? afterValue(level.open);
			this.#levels.splice(at + 1);
		} else this.#step(at + 1, unit);
	}

	#beginString(level: Level, at: number): void {
		level.isProse = level.bare !== "" || level.expected === "colon" || level.expected === "end";
		level.inString = !level.isProse;
		if (level.inString && at + 1 < MAX_LEVELS) this.#levels.push(newLevel());
	}
}

const NOWHERE: Standing = { strings: 0, isBare: false };

function newLevel(): Level {
	return { isProse: false, open: "", expected: "value", inString: false, escape: "", bare: "" };
}

/** Behind a whole text another may follow. */
function afterValue(open: string): Expected {
	return open === "" ? "value" : "end";
}

function stepOutside(level: Level, unit: string): void {
	if (BARE.test(unit)) {
		level.bare += unit;
		level.isProse = level.open === "" || !isValueNext(level) || level.bare.length > MAX_BARE_UNITS;
		return;
	}
	endBare(level);
	const place = (isValueNext(level) ? opened(level, unit) : undefined) ?? behind(level, unit);
	if (place === undefined) level.isProse = true;
	else Object.assign(level, place);
}

function isValueNext({ expected }: Level): boolean {
	return expected === "value" || expected === "first-value";
}

/** Whether a value must come. What stands first in brackets may as well be prose. */
function isValueDue({ open, expected, bare }: Level): boolean {
	return open !== "" && bare === "" && (expected === "value" || (expected === "first-value" && open.includes("{")));
}

type Place = Pick<Level, "open" | "expected">;

/** Where an object or array begins. */
function opened({ open }: Level, unit: string): Place | undefined {
	if ((unit !== "{" && unit !== "[") || open.length === MAX_OPEN) return undefined;
	return { open: open + unit, expected: unit === "{" ? "first-name" : "first-value" };
}

/** Where a name, a value, or what was open ends. */
function behind({ open, expected }: Level, unit: string): Place | undefined {
	if (unit === ":") return expected === "colon" ? { open, expected: "value" } : undefined;
	if (unit === ",") return expected === "end" ? { open, expected: open.endsWith("{") ? "name" : "value" } : undefined;
	const canClose = expected === "end" || expected.startsWith("first-");
	if (!canClose || open.at(-1) !== OPENING[unit]) return undefined;
	const rest = open.slice(0, -1);
	return { open: rest, expected: afterValue(rest) };
}

function endBare(level: Level): void {
	if (level.bare === "") return;
	level.isProse = !LITERAL.test(level.bare);
	level.bare = "";
	level.expected = "end";
}

function isWhole(escape: string): boolean {
	return escape.length === (escape[1] === "u" ? 6 : 2);
}

/** What escapes say; those that are none stand for themselves. */
function unescaped(text: string): string {
	try {
		return JSON.parse(`"${text}"`) as string;
	} catch {
		return text;
	}
}
