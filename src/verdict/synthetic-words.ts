import { faker } from "@faker-js/faker/locale/en";
import type { Draw } from "./draw.ts";

/** RFC 2606 §3. */
const RESERVED_DOMAINS = ["example.com", "example.net", "example.org"] as const;

function seeded(draw: Draw): typeof faker {
	faker.seed(draw.below(2 ** 31));
	return faker;
}

export function syntheticEmail(_value: string, draw: Draw): string {
	const { person } = seeded(draw);
	const local = `${person.firstName()}.${person.lastName()}`.normalize("NFKD").replace(/[^A-Za-z.]/g, "");
	return `${local.toLowerCase()}@${draw.pick(RESERVED_DOMAINS)}`;
}

/** First and last name, or one of them where the original is a single word. */
export function syntheticPerson(value: string, draw: Draw): string {
	const { person } = seeded(draw);
	return inCaseOf(value, isSingleName(value) ? person.firstName() : `${person.firstName()} ${person.lastName()}`);
}

export function isSingleName(value: string): boolean {
	return !/\s/.test(value.trim());
}

/** One line: the lines of an original are joined by commas. */
export function syntheticAddress(value: string, draw: Draw): string {
	const { location } = seeded(draw);
	const street = location.streetAddress();
	return inCaseOf(value, /[,\n]/.test(value) ? `${street}, ${location.city()}` : street);
}

export function syntheticOrganization(value: string, draw: Draw): string {
	return inCaseOf(value, seeded(draw).company.name());
}

function inCaseOf(value: string, made: string): string {
	return value === value.toUpperCase() && value !== value.toLowerCase() ? made.toUpperCase() : made;
}
