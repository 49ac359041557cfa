export type JsonPath = readonly (string | number)[];

/** One string of a JSON text: a value, or the name of a member. */
export interface JsonString {
	/** Member names and array indices from the root; of a member's name: the path of its value. */
	readonly path: JsonPath;
	readonly isName: boolean;
	/** UTF-16 indices of the literal, quotes included. */
	readonly from: number;
	readonly to: number;
	readonly value: string;
}

/** Values nested deeper than this are refused: the walker is recursive. */
const MAX_JSON_DEPTH = 128;

/** A value of any type. UTF-16 indices. */
export interface JsonSpan {
	readonly path: JsonPath;
	readonly from: number;
	readonly to: number;
}

export interface JsonStrings {
	readonly strings: readonly JsonString[];
	/** The values that `wanted` asked for, in order of their beginnings. */
	readonly spans: readonly JsonSpan[];
}

/**
 * Finds every string of a JSON text with its path and place, so that one can be replaced while every other character
 * stays. The text must be valid JSON (RFC 8259): check with `JSON.parse` first. Duplicate members are all reported.
 * Undefined when the nesting is too deep.
 */
export function findStrings(json: string, wanted: (path: JsonPath) => boolean = () => false): JsonStrings | undefined {
	const walker = new Walker(json, wanted);
	return walker.value([], 0) ? walker : undefined;
}

class Walker implements JsonStrings {
	readonly strings: JsonString[] = [];
	readonly spans: JsonSpan[] = [];
	readonly #json: string;
	readonly #wanted: (path: JsonPath) => boolean;
	#at = 0;

	constructor(json: string, wanted: (path: JsonPath) => boolean) {
		this.#json = json;
		this.#wanted = wanted;
	}

	value(path: JsonPath, depth: number): boolean {
		if (depth > MAX_JSON_DEPTH) return false;
		this.#space();
		if (!this.#wanted(path)) return this.#any(path, depth);
		const index = this.spans.length;
		const span = { path, from: this.#at, to: this.#at };
		this.spans.push(span);
		const isFlat = this.#any(path, depth);
		this.spans[index] = { ...span, to: this.#at };
		return isFlat;
	}

	#any(path: JsonPath, depth: number): boolean {
		const char = this.#json[this.#at];
		if (char === '"') {
			const from = this.#at;
			const value = this.#string();
			this.strings.push({ path, isName: false, from, to: this.#at, value });
			return true;
		}
		if (char === "{") return this.#members(path, depth);
		if (char === "[") return this.#elements(path, depth);
		while (this.#at < this.#json.length && !",]} \t\r\n".includes(this.#json[this.#at] as string)) this.#at++;
		return true;
	}

	#members(path: JsonPath, depth: number): boolean {
		this.#at++;
		while (this.#next("}")) {
			const from = this.#at;
			const name = this.#string();
			const member = [...path, name];
			this.strings.push({ path: member, isName: true, from, to: this.#at, value: name });
			this.#space();
			this.#at++;
			if (!this.value(member, depth + 1)) return false;
		}
		return true;
	}

	#elements(path: JsonPath, depth: number): boolean {
		this.#at++;
		for (let index = 0; this.#next("]"); index++) {
			if (!this.value([...path, index], depth + 1)) return false;
		}
		return true;
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

/** `value` takes the place of `[from, to)`. */
export interface Replacement {
	readonly from: number;
	readonly to: number;
	readonly value: string | null;
}

/** Replaces values by the JSON form of others. A replacement inside another one is moot. */
export function replaceValues(json: string, replacements: readonly Replacement[]): string {
	let out = "";
	let at = 0;
	for (const { from, to, value } of [...replacements].sort((a, b) => a.from - b.from || b.to - a.to)) {
		if (from < at) continue;
		out += json.slice(at, from) + JSON.stringify(value);
		at = to;
	}
	return out + json.slice(at);
}
