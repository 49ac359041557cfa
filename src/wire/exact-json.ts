import { findStrings } from "./json-strings.ts";

/** JSON that is read, changed and written again, with the numbers that a double cannot hold as they stood. */

/** A number that a double would change: 2^53 + 1, 1e400. */
class ExactNumber {
	/** As JSON writes it. */
	readonly source: string;

	constructor(source: string) {
		this.source = source;
	}

	/** For writers other than `writeExact`. */
	toJSON(): number {
		return Number(this.source);
	}
}

/** Such a number has at least 16 digits or an exponent of three. */
const DOUBTFUL = /\d[\d.]{15}|[eE][+-]?\d{3}/;
/** No double is written longer. */
const LONGEST = 400;

/** As `JSON.parse`, and throws what it throws. To other code than `writeExact` such a number is an object. */
export function parseExact(json: string): unknown {
	const root: unknown = JSON.parse(json);
	if (!DOUBTFUL.test(json)) return root;
	const holder = { root };
	for (const { path, from, to } of findStrings(json)?.numbers ?? []) {
		const source = json.slice(from, to);
		if (!isDouble(source)) put(holder, ["root", ...path], new ExactNumber(source));
	}
	return holder.root;
}

function isDouble(source: string): boolean {
	return source.length <= LONGEST && digitsOf(source) === digitsOf(String(Number(source)));
}

/** What an exponent and zeros at the ends cannot change. */
function digitsOf(number: string): string {
	const [mantissa = ""] = number.toLowerCase().split("e");
	return mantissa.replace(/[-.]/g, "").replace(/^0+|0+$/g, "");
}

function put(root: object, path: readonly (string | number)[], value: ExactNumber): void {
	let node = root as Record<string | number, unknown>;
	for (const step of path.slice(0, -1)) node = node[step] as Record<string | number, unknown>;
	node[path.at(-1) as string | number] = value;
}

/** As `JSON.stringify`, of plain data. */
export function writeExact(value: unknown): string {
	if (value instanceof ExactNumber) return value.source;
	if (Array.isArray(value)) return `[${value.map(writeExact).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeExact(member)}`).join(",")}}`;
}
