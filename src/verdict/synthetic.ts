import type { Draw } from "./draw.ts";
import {
	syntheticCard,
	syntheticDate,
	syntheticIban,
	syntheticIp,
	syntheticMac,
	syntheticPhone,
	syntheticSsn,
} from "./synthetic-numbers.ts";
import { isSingleName, syntheticAddress, syntheticEmail, syntheticOrganization, syntheticPerson } from "./synthetic-words.ts";

type Maker = (value: string, draw: Draw) => string | undefined;

/** By recognizer type. A type that is not here has no range that is sure to belong to nobody: it gets a placeholder. */
const MAKERS: Readonly<Record<string, Maker>> = {
	email: syntheticEmail,
	phone: syntheticPhone,
	credit_card: syntheticCard,
	iban: syntheticIban,
	ssn: syntheticSsn,
	ip_address: syntheticIp,
	mac_address: syntheticMac,
	date_of_birth: syntheticDate,
	person: syntheticPerson,
	address: syntheticAddress,
	organization: syntheticOrganization,
};

/** A few hundred addresses and numbers are set aside, and dates and first names are a few thousand. */
const SCARCE: ReadonlySet<string> = new Set(["phone", "ip_address", "mac_address", "date_of_birth"]);

/** Whether two values easily get the same stand-in where nobody knows which ones are given already. */
export function isScarce(type: string, value: string): boolean {
	return SCARCE.has(type) || (type === "person" && isSingleName(value));
}

/** A plausible stand-in of the same kind that belongs to nobody; undefined where none can be made. */
export function synthesize(type: string, value: string, draw: Draw): string | undefined {
	return Object.hasOwn(MAKERS, type) ? MAKERS[type]?.(value, draw) : undefined;
}
