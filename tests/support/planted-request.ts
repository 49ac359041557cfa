import { pick } from "./random.ts";

type Next = () => number;
type Holder = Record<string, unknown>;

/** Number literals of one card. */
const CARDS = [
	"4012888888881881",
	"4.012888888881881e15",
	"40128888888818810e-1",
	"4012888888881881.0",
	"-4012888888881881",
	"4012888888881881.5",
];

/** What JSON.stringify does not write is written behind these marks: a number as it stands, and the name of a member that is there already. */
const AS_IT_STANDS = "as it stands:";
const AGAIN = "again:";

/** What has the form of a word passes where the vendor has a name (SECURITY.md, "What is not defended"). */
const NAME = /^[\w.:/+-]*$/;

/** JSON of a request with a secret somewhere in it, written in one of many ways. */
export function plantedRequest(request: object, secret: string, next: Next): string {
	const root = structuredClone(request);
	const [holder, name] = pick([...membersOf(root)], next);
	const text = pick([`see ${secret} there`, NAME.test(secret) ? `<${secret}>` : secret, `"${secret}"`, `{"a":"${secret}"}`], next);
	const value = valueWith(secret, text, next);
	const old = holder[name];
	const kind = pick(["replaced", "replaced", "added", "within", "again", "in another case"], next);
	if (Array.isArray(holder) || kind === "replaced") holder[name] = value;
	else if (kind === "within" && typeof old === "string") holder[name] = pick([`${old} ${text}`, `${text} ${old}`], next);
	else if (kind === "again") holder[AGAIN + name] = value;
	else if (kind === "in another case") holder[pick([name.toUpperCase(), `${name[0]?.toUpperCase()}${name.slice(1)}`], next)] = value;
	else setOwn(holder, pick(["added", "text", "content", "__proto__", "constructor", "name", "id", "index"], next), value);
	return written(root, next);
}

/** JSON of a request once for each of its strings, with a text in the string's place; in JSON source it is a value. */
export function* attackedRequests(request: object, text: string): Generator<string> {
	const root = structuredClone(request);
	for (const [holder, name] of [...membersOf(root)]) {
		const old = holder[name];
		if (typeof old !== "string" || name === "model") continue;
		holder[name] = old.startsWith("{") ? JSON.stringify({ q: text }) : text;
		yield JSON.stringify(root);
		holder[name] = old;
	}
}

function valueWith(secret: string, text: string, next: Next): unknown {
	// Too long for a name.
	const base64 = Buffer.from(`see ${secret} ${"there, ".repeat(12)}`).toString("base64");
	const number = AS_IT_STANDS + pick(CARDS, next);
	return pick<unknown>(
		[
			text,
			{ [text]: 1 },
			[text],
			{ type: "text", text },
			[{ type: "text", text }],
			{ a: [{ b: text }] },
			number,
			[1, number],
			{ card: number },
			base64,
			`data:text/plain;base64,${base64}`,
			`data:text/plain,${encodeURIComponent(text)}`,
			{ type: "base64", media_type: "text/plain", data: base64 },
			{ mimeType: "text/plain", data: base64 },
		],
		next,
	);
}

/** Also of a name that an assignment would take for something else. */
function setOwn(holder: Holder, name: string, value: unknown): void {
	Object.defineProperty(holder, name, { value, enumerable: true, configurable: true });
}

function* membersOf(node: unknown): Generator<[Holder, string]> {
	if (typeof node !== "object" || node === null) return;
	for (const name of Object.keys(node)) {
		yield [node as Holder, name];
		yield* membersOf((node as Holder)[name]);
	}
}

function written(root: object, next: Next): string {
	const json = JSON.stringify(root, undefined, next() < 0.1 ? 1 : 0)
		.replace(new RegExp(`"${AS_IT_STANDS}([^"]*)"`, "g"), "$1")
		.replaceAll(`"${AGAIN}`, '"');
	return next() < 0.2 ? json.replace(/"(?:[^"\\]|\\.)*"/g, (literal) => escapedHere(literal, next)) : json;
}

/** The same string with escapes for some of its letters and digits. */
function escapedHere(literal: string, next: Next): string {
	return literal.replace(/\\.|[A-Za-z0-9]/g, (char) =>
		char.length === 1 && next() < 0.1 ? `\\u00${char.charCodeAt(0).toString(16)}` : char,
	);
}
