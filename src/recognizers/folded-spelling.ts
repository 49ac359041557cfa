import { foldCharacter } from "../normalize/fold-character.ts";

/**
 * An expression that finds its words in the view `folded` too, which writes `für` as `fur` and `пароль` with Latin letters where there
 * are some that look alike: each character that is folded may also stand as it is folded.
 */
export function withFoldedSpelling(expression: string): string {
	let isClass = false;
	return [...expression]
		.map((character, i, all) => {
			if (all[i - 1] !== "\\" && (character === "[" || character === "]")) isClass = character === "[";
			const folded = character > "\x7f" ? foldCharacter(character.codePointAt(0) as number) : undefined;
			if (folded === undefined) return character;
			if (isClass) return /^[A-Za-z0-9\P{ASCII}]$/u.test(folded) ? character + folded : character;
			return folded === "" ? `(?:${character}?)` : `(?:${character}|${folded.replace(/[*+?^${}()|[\]\\.]/g, "\\$&")})`;
		})
		.join("");
}
