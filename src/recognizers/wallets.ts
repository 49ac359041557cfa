import { createHash } from "node:crypto";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { base58, base58xmr, base58xrp, bech32, bech32m } from "@scure/base";
import type { Confirmer, Recognizer } from "./recognizer.ts";

const B58 = "1-9A-HJ-NP-Za-km-z";

// biome-ignore format: a table
export const WALLETS: readonly Recognizer[] = [
	{
		type: "bitcoin_address", category: "pii", groups: ["crypto", "financial"], label: "BITCOIN_ADDRESS",
		patterns: [
			{ name: "bitcoin_base58", expression: `(?<![A-Za-z0-9])[13][${B58}]{25,34}(?![A-Za-z0-9])`, score: 0.99, confirm: "base58check" },
			{ name: "bitcoin_bech32", expression: "(?<![A-Za-z0-9])(?:bc|tb|ltc)1[ac-hj-np-z02-9]{11,87}(?![A-Za-z0-9])", caseInsensitive: true, score: 0.99, confirm: "bech32" },
		],
		examples: {
			match: ["⟦1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa⟧", "⟦bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq⟧", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy."],
			noMatch: ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", "1A1zP1eP5QGefi2"],
		},
	},
	{
		type: "ethereum_address", category: "pii", groups: ["crypto", "financial"], label: "ETHEREUM_ADDRESS",
		patterns: [{ name: "ethereum_address", expression: "(?<![A-Za-z0-9])0x[0-9a-fA-F]{40}(?![A-Za-z0-9])", score: 0.9, confirm: "ethereum" }],
		examples: {
			match: ["⟦0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed⟧", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"],
			noMatch: ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "0x0000000000000000000000000000000000000000", "0x5aAeb6053F3E94C9"],
		},
	},
	{
		type: "other_coin_address", category: "pii", groups: ["crypto", "financial"], label: "COIN_ADDRESS",
		patterns: [
			{ name: "altcoin_base58", expression: `(?<![A-Za-z0-9])(?:[LM]|D[5-9A-HJ-NP-U]|T)[${B58}]{26,33}(?![A-Za-z0-9])`, score: 0.97, confirm: "base58check" },
			{ name: "ripple_address", expression: `(?<![A-Za-z0-9])r[${B58}]{24,34}(?![A-Za-z0-9])`, score: 0.97, confirm: "base58check_xrp" },
			{ name: "monero_address", expression: `(?<![A-Za-z0-9])[48][0-9AB][${B58}]{93}(?![A-Za-z0-9])`, score: 0.97, confirm: "base58_xmr" },
		],
		examples: {
			match: ["⟦rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh⟧", "LTC ⟦LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1⟧", "⟦TJRabPrwbZy45sbavfcjinPJC18kjpRTv8⟧", "⟦438moQVwPhC4epJWy1kMxxQbPPjgXPNaefh4MjBvjP6S1HUMDK95JcbPBxKs2Qfw9b5XhnbBj1jQMg1oiz5j2fCt32Q2CjF⟧"],
			noMatch: ["rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc2", "438moQVwPhC4epJWy1kMxxQbPPjgXPNaefh4MjBvjP6S1HUMDK95JcbPBxKs2Qfw9b5XhnbBj1jQMg1oiz5j2fCt32Q2CjG"],
		},
	},
];

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** The last four bytes are the beginning of the double SHA-256 of the others. */
function hasChecksum(bytes: Uint8Array): boolean {
	const body = bytes.subarray(0, -4);
	return body.length > 0 && Buffer.compare(sha256(sha256(body)).subarray(0, 4), bytes.subarray(-4)) === 0;
}

function tryDecode(decode: () => Uint8Array): Uint8Array {
	try {
		return decode();
	} catch {
		return new Uint8Array();
	}
}

export const confirmBase58Check: Confirmer = ({ text }) => (hasChecksum(tryDecode(() => base58.decode(text))) ? 0.99 : 0);
export const confirmRipple: Confirmer = ({ text }) => (hasChecksum(tryDecode(() => base58xrp.decode(text))) ? 0.99 : 0);

export const confirmMonero: Confirmer = ({ text }) => {
	const bytes = tryDecode(() => base58xmr.decode(text));
	const body = bytes.subarray(0, -4);
	return body.length > 0 && Buffer.compare(keccak_256(body).subarray(0, 4), bytes.subarray(-4)) === 0 ? 0.99 : 0;
};

export const confirmBech32: Confirmer = ({ text }) =>
	[bech32, bech32m].some((codec) => codec.decodeUnsafe(text, 90) !== undefined) ? 0.99 : 0;

/** EIP-55 where the case is mixed; a constant such as zero is not an address. */
export const confirmEthereum: Confirmer = ({ text }) => {
	const hex = text.slice(2);
	if (new Set(hex.toLowerCase()).size < 6) return 0;
	if (hex === hex.toLowerCase() || hex === hex.toUpperCase()) return 0.8;
	const hash = Buffer.from(keccak_256(Buffer.from(hex.toLowerCase()))).toString("hex");
	const isRight = [...hex].every(
		(char, i) => char === (Number.parseInt(hash[i] as string, 16) >= 8 ? char.toUpperCase() : char.toLowerCase()),
	);
	return isRight ? 0.95 : 0;
};
