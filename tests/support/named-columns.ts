import { type Next, pick } from "./random.ts";

type NamedColumn = readonly [name: string, make: (next: Next) => string];

/** Each means something only in its column. */
export const NAMED_COLUMNS: readonly NamedColumn[] = [
	["SSN", (next) => `4575554${digits(2, next)}`],
	["Date of birth", (next) => `1975-03-1${digits(1, next)}`],
	["Phone", (next) => `947 349 ${digits(3, next)}`],
	["Password", (next) => `r4T!mmQ${digits(3, next)}x`],
	["CVV", (next) => `4${digits(2, next)}`],
];
export const OTHER_COLUMNS: readonly NamedColumn[] = [
	["Name", (next) => pick(["Alice Johnson", "Jürgen Groß", "山田 太郎", "O'Neil; Ann", ""], next)],
	["City (last)", (next) => pick(["Springfield, Illinois, which is far from here and has many streets", "Köln", "-"], next)],
	["#", (next) => digits(1, next)],
	["Amount", (next) => `1${digits(1, next)}.50`],
	["Mail", (next) => pick(["jane.doe@example.com", "none", 'says "no"'], next)],
];

function digits(count: number, next: Next): string {
	return Array.from({ length: count }, () => Math.floor(next() * 10)).join("");
}
