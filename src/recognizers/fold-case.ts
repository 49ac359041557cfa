/**
 * A text in which letters that differ by case alone are the same, unit for unit: what changes its length (`ß`, `İ`)
 * stays. Every blank is a space.
 */
export function foldCase(text: string): string {
	return [...text].map(foldCharacter).join("");
}

/** One character of `foldCase`. */
export function foldCharacter(char: string): string {
	const folded = char.toUpperCase().toLowerCase();
	return folded.length === char.length ? folded : char;
}
