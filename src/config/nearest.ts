/** The names that look most like a wrong one: letters and pairs of neighbours are compared. */
export function nearest(wrong: string, known: readonly string[]): string {
	const parts = (text: string): Set<string> => new Set(Array.from(text, (letter, i) => [letter, text.slice(i, i + 2)]).flat());
	const wanted = parts(wrong);
	const likeness = (candidate: string): number => {
		const own = parts(candidate);
		return [...own].filter((part) => wanted.has(part)).length / (own.size + wanted.size);
	};
	return [...known]
		.sort((a, b) => likeness(b) - likeness(a))
		.slice(0, 3)
		.join(", ");
}
