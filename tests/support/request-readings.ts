const STRING = /"(?:[^"\\]|\\.)*"/gs;
const NUMBER = /-?\d[\d.eE+-]*/g;
const ENCODED = /^(?:data:[^,]*,)?([A-Za-z0-9+/=_-]{4,})$/;

/** JSON source in a string in JSON source. */
const MAX_DEPTH = 3;

/**
 * What somebody may read in a JSON text, whoever reads it: the text, every string of it, also of members that are named
 * twice, source and encoded text within strings, and numbers in their digits.
 */
export function* readings(json: string, depth = 0): Generator<string> {
	yield json;
	for (const [literal] of json.matchAll(STRING)) {
		const text = JSON.parse(literal) as string;
		yield text;
		if (depth < MAX_DEPTH && /["{[]/.test(text)) yield* sourceIn(text, depth + 1);
		const base64 = ENCODED.exec(text)?.[1];
		if (base64 !== undefined) yield Buffer.from(base64, "base64").toString();
		yield text.replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString());
	}
	for (const [literal] of json.matchAll(NUMBER)) {
		const value = Number(literal);
		if (Number.isInteger(value) && Math.abs(value) < 1e24) yield String(BigInt(value));
	}
}

function sourceIn(text: string, depth: number): Iterable<string> {
	try {
		JSON.parse(text);
		return readings(text, depth);
	} catch {
		return [];
	}
}
