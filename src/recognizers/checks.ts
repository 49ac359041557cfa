import { isIPv4, isIPv6 } from "node:net";

/** ISO/IEC 7812-1 check digit. */
function luhn(digits: string): boolean {
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]);
		const doubled = i % 2 === 1 ? digit * 2 : digit;
		sum += doubled > 9 ? doubled - 9 : doubled;
	}
	return digits.length > 0 && sum % 10 === 0;
}

/** Issuer ranges (ISO/IEC 7812) with the lengths the issuers use. */
const ISSUERS: readonly (readonly [RegExp, readonly number[]])[] = [
	[/^4/, [13, 16, 19]],
	[/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
	[/^3[47]/, [15]],
	[/^(?:6011|64[4-9]|65)/, [16, 19]],
	[/^3(?:0[0-5]|[689])/, [14]],
	[/^35(?:2[89]|[3-8])/, [16]],
	[/^62/, [16, 17, 18, 19]],
	[/^(?:5018|5020|5038|6304|6759|676[1-3])/, [13, 16, 19]],
];

export function isPaymentCard(text: string): boolean {
	const digits = text.replace(/\D/g, "");
	return ISSUERS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)) && luhn(digits);
}

/** Lengths by country (IBAN registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
	AD: 24,
	AE: 23,
	AL: 28,
	AT: 20,
	AZ: 28,
	BA: 20,
	BE: 16,
	BG: 22,
	BH: 22,
	BR: 29,
	BY: 28,
	CH: 21,
	CR: 22,
	CY: 28,
	CZ: 24,
	DE: 22,
	DK: 18,
	DO: 28,
	EE: 20,
	EG: 29,
	ES: 24,
	FI: 18,
	FO: 18,
	FR: 27,
	GB: 22,
	GE: 22,
	GI: 23,
	GL: 18,
	GR: 27,
	GT: 28,
	HR: 21,
	HU: 28,
	IE: 22,
	IL: 23,
	IQ: 23,
	IS: 26,
	IT: 27,
	JO: 30,
	KW: 30,
	KZ: 20,
	LB: 28,
	LC: 32,
	LI: 21,
	LT: 20,
	LU: 20,
	LV: 21,
	LY: 25,
	MC: 27,
	MD: 24,
	ME: 22,
	MK: 19,
	MR: 27,
	MT: 31,
	MU: 30,
	NL: 18,
	NO: 15,
	PK: 24,
	PL: 28,
	PS: 29,
	PT: 25,
	QA: 29,
	RO: 24,
	RS: 22,
	SA: 24,
	SC: 31,
	SE: 24,
	SI: 19,
	SK: 24,
	SM: 27,
	ST: 25,
	SV: 28,
	TL: 23,
	TN: 24,
	TR: 26,
	UA: 29,
	VA: 22,
	VG: 24,
	XK: 20,
};

/** ISO 13616: length of the country and remainder 1 modulo 97. */
export function isIban(text: string): boolean {
	const compact = text.replace(/[ -]/g, "").toUpperCase();
	if (IBAN_LENGTHS[compact.slice(0, 2)] !== compact.length) return false;
	let remainder = 0;
	for (const char of compact.slice(4) + compact.slice(0, 4)) {
		const value = Number.parseInt(char, 36);
		remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
	}
	return remainder === 1;
}

/** SSA rules since 2011: no area 000, 666, 900-999; no group 00; no serial 0000. */
export function isSsn(text: string): boolean {
	const [area = "", group = "", serial = ""] = text.split(/[- ]/);
	return area !== "000" && area !== "666" && !area.startsWith("9") && group !== "00" && serial !== "0000";
}

/** RFC 5321 lengths and an alphabetic top-level label. */
export function isEmail(text: string): boolean {
	const at = text.lastIndexOf("@");
	const local = text.slice(0, at);
	const labels = text.slice(at + 1).split(".");
	const dots = local.startsWith(".") || local.endsWith(".") || local.includes("..");
	return (
		!dots &&
		text.length <= 254 &&
		labels.every((label) => label !== "" && label.length <= 63 && !label.startsWith("-") && !label.endsWith("-"))
	);
}

export function isIpv4(text: string): boolean {
	return isIPv4(text) && text !== "0.0.0.0";
}

export function isIpv6(text: string): boolean {
	return isIPv6(text) && text !== "::" && /[0-9]/.test(text);
}

/** E.164: 8 to 15 digits after the plus. */
export function isE164(text: string): boolean {
	const digits = text.replace(/\D/g, "");
	return digits.length >= 8 && digits.length <= 15;
}

/** NANP: area and exchange are NXX and not N11. */
export function isNanp(text: string): boolean {
	const digits = text.replace(/\D/g, "").slice(-10);
	return /^[2-9]\d{2}[2-9]\d{6}$/.test(digits) && !/^.11/.test(digits) && !/^.{3}.11/.test(digits);
}

/** The first part of a JWT decodes to the beginning of a JSON object (RFC 7519 §5). */
export function isJwtHeader(text: string): boolean {
	return /^\{\s*"/.test(Buffer.from(text.slice(0, 16), "base64url").toString("latin1"));
}
