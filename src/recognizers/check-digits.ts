/**
 * Check digit algorithms. Arguments are stripped: digits and upper-case letters only, and of a length the algorithm
 * knows. National rules that combine them are in the tables that use them.
 */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export const digitAt = (text: string, index: number): number => text.charCodeAt(index) - 48;

/** Sum of `digit × weight` for as many digits as there are weights. */
export function weightedSum(text: string, weights: readonly number[], offset = 0): number {
	return weights.reduce((sum, weight, i) => sum + digitAt(text, i + offset) * weight, 0);
}

/** ISO/IEC 7812-1 (Luhn), check digit last. */
export function luhn(digits: string): boolean {
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const doubled = digitAt(digits, digits.length - 1 - i) * (i % 2 === 1 ? 2 : 1);
		sum += doubled > 9 ? doubled - 9 : doubled;
	}
	return digits.length > 0 && sum % 10 === 0;
}

/** Luhn sum over the 36 letters and digits, from the left (GSTIN). */
export function luhn36(text: string): number {
	let sum = 0;
	for (let i = 0; i < text.length; i++) {
		const product = ALPHABET.indexOf(text[i] as string) * (i % 2 === 1 ? 2 : 1);
		sum += Math.floor(product / 36) + (product % 36);
	}
	return sum;
}

/** GS1 General Specifications, check digit last; 13 digits. */
export function ean13(digits: string): boolean {
	return (10 - (weightedSum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === digitAt(digits, 12);
}

/** Remainder modulo 97 with letters as 10…35 (ISO 7064 MOD 97-10). */
export function mod97(text: string): number {
	let remainder = 0;
	for (const char of text) {
		const value = ALPHABET.indexOf(char);
		remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
	}
	return remainder;
}

/** ISO 7064 MOD 11,10. */
export function mod11And10(digits: string): boolean {
	let product = 10;
	for (let i = 0; i < digits.length - 1; i++) {
		const sum = (digitAt(digits, i) + product) % 10 || 10;
		product = (sum * 2) % 11;
	}
	return (11 - product) % 10 === digitAt(digits, digits.length - 1);
}

const VERHOEFF_D = [
	"0123456789",
	"1234067895",
	"2340178956",
	"3401289567",
	"4012395678",
	"5987604321",
	"6598710432",
	"7659821043",
	"8765932104",
	"9876543210",
];
const VERHOEFF_P = ["0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"];

/** Verhoeff 1969, check digit last. */
export function verhoeff(digits: string): boolean {
	let check = 0;
	for (let i = 0; i < digits.length; i++) {
		const permuted = digitAt(VERHOEFF_P[i % 8] as string, digitAt(digits, digits.length - 1 - i));
		check = digitAt(VERHOEFF_D[check] as string, permuted);
	}
	return check === 0;
}

/** The Brazilian form of modulo 11: remainders below 2 give 0. Letters count as their code minus 48. */
export function mod11Digit(text: string, weights: readonly number[]): number {
	const remainder = weightedSum(text, weights) % 11;
	return remainder < 2 ? 0 : 11 - remainder;
}

/** ICAO 9303: weights 7, 3, 1; `<` counts 0. The check digit is last. */
export function icaoCheck(field: string): boolean {
	const WEIGHTS = [7, 3, 1];
	let sum = 0;
	for (let i = 0; i < field.length - 1; i++) {
		const value = field[i] === "<" ? 0 : ALPHABET.indexOf(field[i] as string);
		sum += value * (WEIGHTS[i % 3] as number);
	}
	return sum % 10 === digitAt(field, field.length - 1);
}

/** ISO 3779 (North America): transliteration and weights, check at position 9. */
export function vinCheck(vin: string): boolean {
	const VALUES = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ";
	const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
	const sum = WEIGHTS.reduce((total, weight, i) => total + (VALUES.indexOf(vin[i] as string) % 10) * weight, 0);
	return (sum % 11 === 10 ? "X" : String(sum % 11)) === vin[8];
}

export const allSame = (text: string): boolean => /^(.)\1*$/.test(text);

/** Whether year, month and day exist. Two-digit years are taken as they are. */
export function isDate(year: number, month: number, day: number): boolean {
	if (month < 1 || month > 12 || day < 1) return false;
	return day <= new Date(Date.UTC(year < 100 ? 2000 + year : year, month, 0)).getUTCDate();
}

/** `yymmdd` at `offset`; the month may carry a century (PESEL, EGN) and the day may be shifted (samordningsnummer). */
export function isYymmdd(text: string, offset = 0, monthShift = 0, dayShift = 0): boolean {
	const at = (i: number): number => Number(text.slice(offset + i, offset + i + 2));
	const month = monthShift === 0 ? at(2) : at(2) % monthShift;
	return isDate(at(0), month, dayShift > 0 && at(4) > dayShift ? at(4) - dayShift : at(4));
}

/** `ddmmyy` at `offset`. */
export function isDdmmyy(text: string, offset = 0, dayShift = 0): boolean {
	const at = (i: number): number => Number(text.slice(offset + i, offset + i + 2));
	return isDate(at(4), at(2), dayShift > 0 && at(0) > dayShift ? at(0) - dayShift : at(0));
}
