/** The names that look most like a wrong one. */
export function nearest(wrong: string, known: readonly string[]): string {
	const pairs = (text: string): Set<string> => new Set(Array.from({ length: text.length - 1 }, (_, i) => text.slice(i, i + 2)));
	const wanted = pairs(wrong);
	const likeness = (candidate: string): number =>
		[...pairs(candidate)].filter((pair) => wanted.has(pair)).length / (candidate.length + wrong.length);
	return [...known]
		.sort((a, b) => likeness(b) - likeness(a))
		.slice(0, 3)
		.join(", ");
}
