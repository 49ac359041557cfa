import type { Recognizer } from "./recognizer.ts";

/**
 * What no pattern describes: the token model (`models/`) finds it, segment by segment. An answer waits for the end of its
 * sentence, so in answers the wide groups (`all`, `pii`) do not select it; its name or `learned` does.
 */
export const LEARNED: readonly Recognizer[] = [
	{
		type: "person",
		category: "pii",
		groups: ["learned"],
		label: "PERSON",
		patterns: [{ name: "person", expression: "", learned: "person", score: 1 }],
		examples: {
			match: [
				"My name is ⟦Katherine Mallory⟧ and I need help.",
				"Dear Mr. ⟦Osterhagen⟧,\nthank you for your letter.",
				"Please write an email to ⟦Priya Raman⟧ about the invoice.",
				'{"name": "⟦Lena Fischer⟧", "phone": "n/a"}',
				"Sehr geehrte Frau ⟦Brandstetter⟧, vielen Dank.",
			],
			noMatch: [
				"What is the weather in Paris today?",
				"Act as a Senior Software Engineer and review my Pull Request.",
				"Will May be a good month to plant tomatoes?",
				"Explain Newton's laws in simple words.",
			],
		},
	},
	{
		type: "address",
		category: "pii",
		groups: ["learned"],
		label: "ADDRESS",
		patterns: [{ name: "address", expression: "", learned: "address", score: 1 }],
		examples: {
			match: [
				"I live at ⟦4127 Willow Creek Road, Dayton, OH 45402⟧ and need a plumber.",
				"Ship it to ⟦22 Harbour Street, Apt 5, Portsmouth⟧ please.",
				"Ich wohne in der ⟦Lindenstraße 14, 50674 Köln⟧.",
			],
			noMatch: ["Turn left on the next street and drive two miles.", "Chapter 12, page 204", "The office has 3 floors and 40 rooms."],
		},
	},
	{
		type: "organization",
		category: "pii",
		groups: ["learned"],
		label: "ORGANIZATION",
		patterns: [{ name: "organization", expression: "", learned: "organization", score: 1 }],
		examples: {
			match: ["I work at ⟦Hartwell Logistics Inc⟧ as an accountant.", "The contract with ⟦Brandt Maschinenbau GmbH⟧ ends in May."],
			noMatch: ["How do I merge two tables in Excel?", "The company was founded in 1998.", "I work at a bank."],
		},
	},
];
