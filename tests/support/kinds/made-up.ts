import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { pick, random } from "../random.ts";

type Next = () => number;

/** Strings that a regular expression matches: every character of a class and every length is as likely as another. */
export function made(source: string, count: number, seed: string): string[] {
	const { alternatives } = new RegExpParser().parsePattern(source);
	const next = random([...seed].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), 7));
	return Array.from({ length: count }, () => oneOf(alternatives, next));
}

function oneOf(alternatives: readonly AST.Alternative[], next: Next): string {
	return pick(alternatives, next)
		.elements.map((element) => elementOf(element, next))
		.join("");
}

function elementOf(element: AST.Element, next: Next): string {
	switch (element.type) {
		case "Character":
			return String.fromCodePoint(element.value);
		case "CharacterSet":
		case "CharacterClass":
			return String.fromCodePoint(pick(charactersOf(element), next));
		case "Group":
			return oneOf(element.alternatives, next);
		case "Quantifier": {
			const times = element.min + Math.floor(next() * (element.max - element.min + 1));
			return Array.from({ length: times }, () => elementOf(element.element, next)).join("");
		}
		default:
			throw new Error(`A shape has no ${element.type}: ${element.raw}`);
	}
}

/** Printable ASCII that a class matches. */
function charactersOf({ raw }: AST.CharacterSet | AST.CharacterClass): number[] {
	const matches = new RegExp(raw);
	return Array.from({ length: 95 }, (_, i) => 0x20 + i).filter((unit) => matches.test(String.fromCodePoint(unit)));
}
