/** Shorter numbers are counts and times. */
const LONG = /^-?\d{9}/;

/** A long number: a whole one as its digits, however JSON writes it (`4e8`, `400000000.0`), any other as it stands. Empty for a shorter one. */
export function longNumber(literal: string): string {
	const value = Number(literal);
	const isOtherwise = !/^-?\d+$/.test(literal) && Number.isInteger(value) && Math.abs(value) < 1e24;
	const text = isOtherwise ? String(BigInt(value)) : literal;
	return LONG.test(text) ? text : "";
}
