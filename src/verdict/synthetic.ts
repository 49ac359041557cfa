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
import { syntheticAddress, syntheticEmail, syntheticOrganization, syntheticPerson } from "./synthetic-words.ts";

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

/** A plausible stand-in of the same kind that belongs to nobody; undefined where none can be made. */
export function synthesize(type: string, value: string, draw: Draw): string | undefined {
	return Object.hasOwn(MAKERS, type) ? MAKERS[type]?.(value, draw) : undefined;
}
