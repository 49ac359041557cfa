import { type Next, pick } from "./random.ts";

/** Log probabilities, honest ones and such as hide a text. */
export type Logprob = Record<string, unknown>;

const bytesOf = (text: string): number[] => [...Buffer.from(text)];

/** As vendors write them, each with an alternative. */
export function honestLogprobs(pieces: readonly string[], hasBytes: boolean): Logprob[] {
	const one = (token: string): Logprob => ({ token, logprob: -0.5, bytes: hasBytes ? bytesOf(token) : null });
	return pieces.map((piece) => ({ ...one(piece), top_logprobs: [one(piece), one("other")] }));
}

type Hide = (entry: Logprob, slice: string) => Logprob;

/** Each says a piece of another text beside its own token. */
const HIDES: Readonly<Record<string, Hide>> = {
	"in the token, beside honest bytes": (entry, slice) => ({ ...entry, token: slice, bytes: bytesOf(String(entry["token"])) }),
	"in the bytes, beside an honest token": (entry, slice) => ({ ...entry, bytes: bytesOf(slice) }),
	"in bytes beyond a byte": (entry, slice) => ({ ...entry, bytes: bytesOf(slice).map((byte) => byte + 256) }),
	"in the bytes of an alternative": (entry, slice) => ({
		...entry,
		top_logprobs: [{ token: "other", logprob: -1, bytes: bytesOf(slice) }],
	}),
	"in the token of an alternative": (entry, slice) => ({
		...entry,
		top_logprobs: [{ token: slice, logprob: -1, bytes: bytesOf("other") }],
	}),
	"in another member": (entry, slice) => ({ ...entry, text: slice }),
	"in a member's name": (entry, slice) => ({ ...entry, more: { [slice]: 1 } }),
	"in a list": (entry, slice) => ({ ...entry, more: [slice] }),
	"in a list of bytes": (entry, slice) => ({ ...entry, more: bytesOf(slice) }),
	"behind escapes": (entry, slice) => ({
		...entry,
		token: slice.replace(/./g, (char) => `\\x${char.charCodeAt(0).toString(16)}`),
		bytes: [],
	}),
};

/** A list that says `secret` beside the honest pieces; `way`: how. */
export function hidingLogprobs(pieces: readonly string[], secret: string, next: Next): { readonly way: string; readonly list: Logprob[] } {
	const way = pick(Object.keys(HIDES), next);
	const size = Math.ceil(secret.length / pieces.length);
	const list = honestLogprobs(pieces, next() < 0.5).map((entry, i) => {
		const slice = secret.slice(i * size, (i + 1) * size);
		return slice === "" ? entry : (HIDES[way] as Hide)(entry, slice);
	});
	return { way, list };
}

/** Everything that stands at places of one name, joined: strings, names of members, and lists of bytes as text. */
export function joinedTexts(values: readonly unknown[]): string[] {
	const texts = new Map<string, string>();
	const add = (place: string, text: string): void => void texts.set(place, (texts.get(place) ?? "") + text);
	const visit = (value: unknown, place: string): void => {
		if (typeof value === "string")
			add(
				place,
				value.replace(/\\x([\da-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
			);
		if (typeof value !== "object" || value === null) return;
		if (Array.isArray(value) && value.every((byte) => typeof byte === "number")) return add(place, Buffer.from(value).toString());
		for (const [name, member] of Object.entries(value)) {
			if (!Array.isArray(value)) add(`${place} names`, name);
			visit(member, Array.isArray(value) ? place : `${place}.${name}`);
		}
	};
	for (const value of values) visit(value, "");
	return [...texts.values()];
}
