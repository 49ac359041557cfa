import { isIPv6 } from "node:net";
import type { Draw } from "./draw.ts";

/** Numbers of ranges that their authorities set aside, so that they never belong to anybody, with correct check digits. */

/** The test numbers of the card schemes start like this. */
const TEST_CARDS: readonly (readonly [scheme: RegExp, prefix: string])[] = [
	[/^3[47]/, "378282"],
	[/^3[0689]/, "305693"],
	[/^35/, "356600"],
	[/^2/, "222300"],
	[/^5[1-5]/, "555555"],
	[/^62/, "620000"],
	[/^6[045]/, "601111"],
];
const VISA_TEST = "400000";

export function syntheticCard(value: string, draw: Draw): string {
	const digits = value.replace(/\D/g, "");
	const prefix = TEST_CARDS.find(([scheme]) => scheme.test(digits))?.[1] ?? VISA_TEST;
	const body = prefix + draw.digits(digits.length - prefix.length - 1);
	return inLayoutOf(value, body + luhnDigit(body));
}

/** ISO/IEC 7812-1 check digit of `body`. */
function luhnDigit(body: string): number {
	const sum = [...body].reverse().reduce((total, digit, i) => {
		const doubled = i % 2 === 0 ? Number(digit) * 2 : Number(digit);
		return total + (doubled > 9 ? doubled - 9 : doubled);
	}, 0);
	return (10 - (sum % 10)) % 10;
}

/** Same country and shape; the bank code is all zeros or X, which no country gave out (ISO 13616). */
export function syntheticIban(value: string, draw: Draw): string {
	const compact = value.replace(/[^A-Za-z0-9]/g, "").toUpperCase();
	const bban = [...compact.slice(4)]
		.map((char, i) => {
			const isBank = i < 8;
			if (/\d/.test(char)) return isBank ? "0" : draw.digits(1);
			return isBank ? "X" : String.fromCharCode(65 + draw.below(26));
		})
		.join("");
	const country = compact.slice(0, 2);
	return inLayoutOf(value, country + ibanCheckDigits(country, bban) + bban);
}

/** ISO 7064 MOD 97-10. */
function ibanCheckDigits(country: string, bban: string): string {
	const number = [...`${bban}${country}00`].map((char) => Number.parseInt(char, 36)).join("");
	return String(98n - (BigInt(number) % 97n)).padStart(2, "0");
}

/** Areas 900 to 999 are no SSN, groups below 50 of them no ITIN (SSA POMS RM 10201.030, IRS). */
export function syntheticSsn(value: string, draw: Draw): string {
	const group = String(1 + draw.below(49)).padStart(2, "0");
	return inLayoutOf(value, `9${draw.digits(2)}${group}${draw.digits(4)}`);
}

/** Numbers for fiction: the fixed beginning and how many digits are free (Ofcom, ARCEP, BNetzA, ACMA). */
const FICTION: Readonly<Record<string, readonly [fixed: string, free: number]>> = {
	"44": ["+44 20 7946 0", 3],
	"33": ["+33 1 99 00 ", 4],
	"49": ["+49 30 23125 ", 3],
	"61": ["+61 2 5550 ", 4],
};
/** NANPA: 555-0100 to 555-0199 of every area. */
const AREAS = ["202", "212", "303", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "816", "919"] as const;

export function syntheticPhone(value: string, draw: Draw): string {
	const digits = value.replace(/\D/g, "");
	const isInternational = value.trim().startsWith("+");
	const [fixed, free] = (isInternational && FICTION[digits.slice(0, 2)]) || [`${draw.pick(AREAS)} 555 01`, 2];
	const country = fixed.startsWith("+") ? "" : isInternational ? "+1 " : digits.length === 11 ? "1 " : "";
	const made = country + fixed + draw.digits(free);
	const compact = made.replace(/\D/g, "");
	return compact.length === digits.length ? inLayoutOf(value, compact) : made;
}

/** RFC 5737 and RFC 3849. */
const NETS = ["192.0.2.", "198.51.100.", "203.0.113."] as const;

export function syntheticIp(value: string, draw: Draw): string {
	if (!isIPv6(value)) return `${draw.pick(NETS)}${1 + draw.below(254)}`;
	const groups = Array.from({ length: 4 }, () => (1 + draw.below(0xffff)).toString(16));
	return `2001:db8::${groups.join(":")}`;
}

/** RFC 7042 §2.1.2: documentation range 00-00-5E-00-53-00 to -FF. */
export function syntheticMac(value: string, draw: Draw): string {
	return inLayoutOf(value, `00005e0053${draw.below(256).toString(16).padStart(2, "0")}`);
}

/** A date of numbers keeps its layout; day and month never exceed 9, so that both orders are dates. */
export function syntheticDate(value: string, draw: Draw): string | undefined {
	if (!/^(?:\d{1,2}|\d{4})(?:[ ./-]{1,2}(?:\d{1,2}|\d{4})){2}$/.test(value)) return undefined;
	return value.replace(/\d+/g, ({ length }) =>
		length === 4 ? String(1950 + draw.below(50)) : String(1 + draw.below(9)).padStart(length, "0"),
	);
}

/** The letters and digits of `value` replaced one by one. */
function inLayoutOf(value: string, symbols: string): string {
	let i = 0;
	return value.replace(/[A-Za-z0-9]/g, () => symbols[i++] ?? "");
}
