import type { Token } from "./token-text.ts";

const LOCAL = 1;
const HOST = 2;
/** Shorter words stand in any address by chance. */
const LEAST_INSIDE = 4;

/**
 * For each token, whether an address of the net in the same text says it too: 1 in front of the `@` of an e-mail address,
 * 2 in a host. `Bo Huang, bo.huang86@corp.net` is somebody, and `ana@northwind.com` writes from Northwind.
 */
export function mentionsOf(tokens: readonly Token[]): Uint8Array {
	const mentions = new Uint8Array(tokens.length);
	const addresses = tokens
		.filter(({ text }) => text.length > 3 && /@.|^(?:https?:|www\.)/i.test(text))
		.map(({ text }) => text.toLowerCase());
	if (addresses.length === 0) return mentions;
	const parts = addresses.map((address) => {
		const at = address.indexOf("@");
		const host = at < 0 ? (/^(?:https?:\/\/)?([^/?#]+)/.exec(address)?.[1] ?? "") : address.slice(at + 1);
		return { local: address.slice(0, Math.max(at, 0)), host };
	});
	for (const [i, { text }] of tokens.entries()) {
		if (!/^\p{L}{2}/u.test(text) || text.includes("@")) continue;
		const word = text
			.toLowerCase()
			.normalize("NFD")
			.replace(/[\p{M}'’-]/gu, "");
		for (const { local, host } of parts) {
			if (says(local, word)) mentions[i] = (mentions[i] as number) | LOCAL;
			if (says(host, word)) mentions[i] = (mentions[i] as number) | HOST;
		}
	}
	return mentions;
}

/** As a part between dots, hyphens and digits; a longer word anywhere. */
function says(address: string, word: string): boolean {
	return word.length >= LEAST_INSIDE ? address.includes(word) : address.split(/[\W\d_]+/).includes(word);
}
