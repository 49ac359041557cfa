/**
 * What came, with the surrogates of a conversation that the vendor keeps (`[EMAIL_66247247]`, by value and key) numbered by
 * their first appearance, as those of a chat are.
 */
export function renumbered<Seen>(seen: Seen): Seen {
	const numbers = new Map<string, Map<string, number>>();
	const text = JSON.stringify(seen).replace(/\[([A-Z]+)_(\d{8})\]/g, (_all, label: string, digits: string) => {
		const known = numbers.get(label) ?? new Map<string, number>();
		numbers.set(label, known.set(digits, known.get(digits) ?? known.size + 1));
		return `[${label}_${known.get(digits)}]`;
	});
	return JSON.parse(text) as Seen;
}
