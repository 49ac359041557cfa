import { createRequire } from "node:module";

/**
 * Look-alikes of Unicode TR39 (confusables.txt). The file is read as data: importing the package builds a regular
 * expression of six thousand alternatives.
 */
const CONFUSABLES = createRequire(import.meta.url)("unhomoglyph/data.json") as Readonly<Record<string, string>>;

/** Also what stands for a character that was lost, or means nothing outside of one font: U+FFFD, U+FFFC, private use, noncharacters. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{M}\p{Co}\p{Noncharacter_Code_Point}\ufffc\ufffd]$/u;
const LAYOUT = /^[\t\n\r]$/;
/** White space of every width, and the Braille pattern without dots. */
const BLANK = /^[\p{Zs}\u2028\u2029\u2800]$/u;
const DIGIT = /^\p{Nd}$/u;
const UPPER = /^\p{Lu}$/u;
const MARKS = /\p{M}/gu;

/** Letter runs that NFKC leaves alone although they say A…Z: negative circled and squared letters, regional indicators. */
const ALPHABETS = [0x1f150, 0x1f170, 0x1f1e6] as const;

/** Text for one code point, `undefined` where it stands for itself. The empty text leaves it out. */
export function foldCharacter(codePoint: number): string | undefined {
	PAGES[codePoint >> 8] ??= [];
	const page = PAGES[codePoint >> 8] as Page;
	const known = page[codePoint & 0xff];
	if (known !== undefined) return known ?? undefined;
	const character = String.fromCodePoint(codePoint);
	const folded = fold(codePoint, character);
	page[codePoint & 0xff] = folded === character ? null : folded;
	return folded === character ? undefined : folded;
}

/** Filled when a code point is first met, so that a lane starts at no cost. `null`: stands for itself. */
const PAGES: Page[] = [];
type Page = (string | null | undefined)[];

function fold(codePoint: number, character: string): string {
	if (INVISIBLE.test(character)) return LAYOUT.test(character) ? character : "";
	if (BLANK.test(character)) return " ";
	if (DIGIT.test(character)) return String(digitValue(codePoint));
	const alphabet = ALPHABETS.find((first) => codePoint >= first && codePoint < first + 26);
	if (alphabet !== undefined) return String.fromCharCode(0x41 + codePoint - alphabet);
	if (codePoint < 0x80) return character;
	const plain = character.normalize("NFKD").replace(MARKS, "");
	return [...plain].map(foldLookalike).join("").normalize("NFC");
}

/** Decimal digits come in runs of ten in the order of their values (Unicode §4.6); NFKC knows the few runs that touch. */
function digitValue(codePoint: number): number {
	const compatible = String.fromCodePoint(codePoint).normalize("NFKC");
	if (/^[0-9]$/.test(compatible)) return Number(compatible);
	let first = codePoint;
	while (DIGIT.test(String.fromCodePoint(first - 1))) first--;
	return (codePoint - first) % 10;
}

/** One ASCII character for a look-alike of it. TR39 writes capital I as l; a capital letter stays a capital. */
function foldLookalike(character: string): string {
	if (character < "\x80") return character;
	const same = CONFUSABLES[character]?.replace(MARKS, "");
	if (same === undefined || !/^[!-~]$/.test(same))
		return DIGIT.test(character) ? String(digitValue(character.codePointAt(0) as number)) : character;
	return same === "l" && UPPER.test(character) ? "I" : same;
}
