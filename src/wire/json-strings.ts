export type JsonPath = readonly (string | number)[];

/** A path in one text: its steps with points between, `#` for an index and `?` for a name that has a `#` or a point in it. */
export type JsonShape = string;

/** One string of a JSON text: a value, or the name of a member. */
export interface JsonString {
	/** Member names and array indices from the root; of a member's name: the path of its value. */
	readonly path: JsonPath;
	readonly shape: JsonShape;
	readonly isName: boolean;
	/** UTF-16 indices of the literal, quotes included. */
	readonly from: number;
	readonly to: number;
	readonly value: string;
}

/** Values nested deeper than this are refused: the walker is recursive. */
export const MAX_JSON_DEPTH = 128;

/** Why a text is not read: a value that is nested too deeply, or a member that its object names again. */
export interface JsonFault {
	readonly kind: "deep" | "twice";
	readonly path: JsonPath;
}

/** A value of any type. UTF-16 indices. */
export interface JsonSpan {
	readonly path: JsonPath;
	readonly shape: JsonShape;
	readonly from: number;
	readonly to: number;
}

export interface JsonStrings {
	readonly strings: readonly JsonString[];
	readonly numbers: readonly JsonSpan[];
	/** The values that `wanted` asked for, in order of their beginnings. */
	readonly spans: readonly JsonSpan[];
}

/** What is wanted of a value: its span beside its strings and numbers, or its span in their place; the latter perhaps of objects only. */
export type Wanted = "span" | "leaf" | "object" | undefined;

/**
 * Finds every string and number of a JSON text with its path and place, so that one can be replaced while every other
 * character stays. The text must be valid JSON (RFC 8259): check with `JSON.parse` first. Undefined when the nesting is
 * too deep, or an object names a member twice: readers do not agree on which of the two counts.
 */
export function findStrings(json: string, wanted: (path: JsonPath, shape: JsonShape) => Wanted = () => undefined): JsonStrings | undefined {
	const walker = new Walker(json, wanted);
	return walker.value([], "", 0) ? walker : undefined;
}

/** Why `findStrings` does not read a text; undefined where it does. */
export function jsonFault(json: string): JsonFault | undefined {
	const walker = new Walker(json, () => undefined);
	walker.value([], "", 0);
	return walker.fault;
}

const POINTED = /[.#]/;

function below(parent: JsonShape, depth: number, step: string): JsonShape {
	return depth === 0 ? step : `${parent}.${step}`;
}

class Walker implements JsonStrings {
	readonly strings: JsonString[] = [];
	readonly numbers: JsonSpan[] = [];
	readonly spans: JsonSpan[] = [];
	fault: JsonFault | undefined;
	readonly #json: string;
	readonly #wanted: (path: JsonPath, shape: JsonShape) => Wanted;
	#at = 0;

	constructor(json: string, wanted: (path: JsonPath, shape: JsonShape) => Wanted) {
		this.#json = json;
		this.#wanted = wanted;
	}

	value(path: JsonPath, shape: JsonShape, depth: number): boolean {
		if (depth > MAX_JSON_DEPTH) return this.#fails("deep", path);
		this.#space();
		const wanted = this.#wanted(path, shape);
		if (wanted === undefined || (wanted === "object" && this.#json[this.#at] !== "{")) return this.#any(path, shape, depth);
		const index = this.spans.length;
		const [stringsBefore, numbersBefore] = [this.strings.length, this.numbers.length];
		const span = { path, shape, from: this.#at, to: this.#at };
		this.spans.push(span);
		const isReadable = this.#any(path, shape, depth);
		this.spans[index] = { ...span, to: this.#at };
		if (wanted !== "span") [this.strings.length, this.numbers.length] = [stringsBefore, numbersBefore];
		return isReadable;
	}

	#any(path: JsonPath, shape: JsonShape, depth: number): boolean {
		const char = this.#json[this.#at];
		if (char === '"') {
			const from = this.#at;
			const value = this.#string();
			this.strings.push({ path, shape, isName: false, from, to: this.#at, value });
			return true;
		}
		if (char === "{") return this.#members(path, shape, depth);
		if (char === "[") return this.#elements(path, shape, depth);
		const from = this.#at;
		while (this.#at < this.#json.length && !",]} \t\r\n".includes(this.#json[this.#at] as string)) this.#at++;
		if (char === "-" || (char !== undefined && char >= "0" && char <= "9")) this.numbers.push({ path, shape, from, to: this.#at });
		return true;
	}

	#members(path: JsonPath, shape: JsonShape, depth: number): boolean {
		this.#at++;
		const names = new Set<string>();
		while (this.#next("}")) {
			const from = this.#at;
			const name = this.#string();
			const member = [...path, name];
			if (names.has(name)) return this.#fails("twice", member);
			names.add(name);
			const memberShape = below(shape, depth, POINTED.test(name) ? "?" : name);
			this.strings.push({ path: member, shape: memberShape, isName: true, from, to: this.#at, value: name });
			this.#space();
			this.#at++;
			if (!this.value(member, memberShape, depth + 1)) return false;
		}
		return true;
	}

	#elements(path: JsonPath, shape: JsonShape, depth: number): boolean {
		const elementShape = below(shape, depth, "#");
		this.#at++;
		for (let index = 0; this.#next("]"); index++) {
			if (!this.value([...path, index], elementShape, depth + 1)) return false;
		}
		return true;
	}

	#fails(kind: JsonFault["kind"], path: JsonPath): false {
		this.fault = { kind, path };
		return false;
	}

	/** Skips blanks and commas; false when the closing bracket was passed. */
	#next(close: string): boolean {
		while (" \t\r\n,".includes(this.#json[this.#at] ?? "\0")) this.#at++;
		if (this.#at < this.#json.length && this.#json[this.#at] !== close) return true;
		this.#at++;
		return false;
	}

	#space(): void {
		while (" \t\r\n".includes(this.#json[this.#at] ?? "\0")) this.#at++;
	}

	/** The literal at the cursor, decoded. */
	#string(): string {
		const from = this.#at++;
		let escaped = false;
		for (;;) {
			const code = this.#json.charCodeAt(this.#at++);
			if (code === 0x22) break;
			if (code === 0x5c) {
				escaped = true;
				this.#at++;
			}
			if (this.#at >= this.#json.length) break;
		}
		return escaped ? (JSON.parse(this.#json.slice(from, this.#at)) as string) : this.#json.slice(from + 1, this.#at - 1);
	}
}

/** What happens to the value at `[from, to)`: another takes its place, as a value or as JSON source, or it leaves its array. */
export type Replacement = { readonly from: number; readonly to: number } & (
	| { readonly value: string | null }
	| { readonly source: string }
	| { readonly isRemoved: true }
);

const COMMA = /\s*,\s*/y;

/** Makes all replacements. One inside another is moot. */
export function replaceValues(json: string, replacements: readonly Replacement[]): string {
	const out: string[] = [];
	let at = 0;
	for (const replacement of [...replacements].sort((a, b) => a.from - b.from || b.to - a.to)) {
		const { from, to } = replacement;
		if (from < at) continue;
		if (from > at) out.push(json.slice(at, from));
		at = to;
		if ("source" in replacement) out.push(replacement.source);
		else if ("value" in replacement) out.push(JSON.stringify(replacement.value));
		else {
			COMMA.lastIndex = to;
			if (COMMA.test(json)) at = COMMA.lastIndex;
			else out.push((out.pop() ?? "").trimEnd().replace(/,$/, ""));
		}
	}
	out.push(json.slice(at));
	return out.join("");
}
