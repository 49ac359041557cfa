/** Shorter numbers are counts and times. */
const MIN_DIGITS = 9;

/** A long whole number as its digits, however JSON writes it (`4e8`, `400000000.0`); empty for any other number. */
export function longNumber(literal: string): string {
	if (/^-?\d+$/.test(literal)) return literal.length >= MIN_DIGITS ? literal : "";
	const value = Number(literal);
	const digits = Number.isInteger(value) && Math.abs(value) < 1e24 ? String(BigInt(value)) : "";
	return digits.length >= MIN_DIGITS ? digits : "";
}
