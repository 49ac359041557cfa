/**
 * Finds every string value of a JSON text with its path and place, so that one value can be replaced while every
 * other character stays. The text must be valid JSON (RFC 8259): check with `JSON.parse` first.
 */
export interface JsonString {
	/** Member names and array indices from the root. */
	readonly path: readonly (string | number)[];
	/** UTF-16 indices of the literal, quotes included. */
	readonly from: number;
	readonly to: number;
	readonly value: string;
}

/** Values nested deeper than this are refused: the walker is recursive. */
export const MAX_JSON_DEPTH = 128;

/** Undefined when the nesting is too deep. Duplicate members are all reported. */
export function findStrings(json: string): JsonString[] | undefined {
	const walker = new Walker(json);
	return walker.value([], 0) ? walker.strings : undefined;
}

class Walker {
	readonly strings: JsonString[] = [];
	readonly #json: string;
	#at = 0;

	constructor(json: string) {
		this.#json = json;
	}

	value(path: readonly (string | number)[], depth: number): boolean {
		if (depth > MAX_JSON_DEPTH) return false;
		this.#space();
		const char = this.#json[this.#at];
		if (char === '"') {
			const from = this.#at;
			const value = this.#string();
			this.strings.push({ path, from, to: this.#at, value });
			return true;
		}
		if (char === "{") return this.#members(path, depth);
		if (char === "[") return this.#elements(path, depth);
		while (this.#at < this.#json.length && !",]} \t\r\n".includes(this.#json[this.#at] as string)) this.#at++;
		return true;
	}

	#members(path: readonly (string | number)[], depth: number): boolean {
		this.#at++;
		while (this.#next("}")) {
			const name = this.#string();
			this.#space();
			this.#at++;
			if (!this.value([...path, name], depth + 1)) return false;
		}
		return true;
	}

	#elements(path: readonly (string | number)[], depth: number): boolean {
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

export interface Replacement {
	readonly from: number;
	readonly to: number;
	readonly value: string;
}

/** Replaces literals, given in ascending order, by the JSON form of other strings. */
export function replaceStrings(json: string, replacements: readonly Replacement[]): string {
	let out = "";
	let at = 0;
	for (const { from, to, value } of replacements) {
		out += json.slice(at, from) + JSON.stringify(value);
		at = to;
	}
	return out + json.slice(at);
}
