import { allLocales } from "@faker-js/faker";
import { hashWord } from "../../src/models/token-features.ts";
import { COMMON_WORD } from "../../src/models/token-model.ts";

/** Lists a word may stand in, as bits; one more is `COMMON_WORD`. */
const FIRST_NAME = 1;
const LAST_NAME = 2;
const CITY = 4;
const COMPANY_FORM = 8;
const STREET = 16;
const COUNTRY_OR_STATE = 32;
const TITLE = 128;

const COMPANY_FORMS =
	"inc incorporated corp corporation llc ltd limited plc llp lp gmbh ag kg ohg ug se sa sas sarl sl slu spa srl bv nv oy ab asa as aps pty pte group holding holdings partners associates consulting solutions systems technologies industries enterprises ventures labs laboratories bank trust foundation university college school institute hospital clinic society association federation ministry department agency council";
const STREETS =
	"street st avenue ave av road rd lane ln drive dr boulevard blvd court ct place pl way terrace circle cir highway hwy parkway pkwy square sq trail crescent close row apt apartment suite ste unit floor flat box straße strasse str weg platz allee gasse ring ufer damm rue chemin impasse quai cours calle avenida plaza paseo carrera c via viale piazza corso vicolo rua travessa praça ulica ul aleja plac os laan straat gracht plein kade katu tie gatan vägen gade vej vei";
const TITLES =
	"mr mrs ms miss mx dr prof professor sir madam herr frau fräulein monsieur madame mademoiselle m mme mlle señor señora sr sra srta don doña signor signora sig pan pani dhr mevr";

/** Hashes of words and their lists: names, cities and countries of faker (MIT), our own short lists, and what stands often in lower case in ordinary text. */
export function wordLists(ordinary: readonly string[]): Map<number, number> {
	const lists = new Map<number, number>();
	const add = (value: string, bit: number, minLength = 2): void => {
		for (const word of value.toLowerCase().match(/[\p{L}\p{M}'’-]+/gu) ?? [])
			if (word.length >= minLength) lists.set(hashWord(word), (lists.get(hashWord(word)) ?? 0) | bit);
	};
	for (const locale of Object.values(allLocales)) {
		for (const name of strings(locale.person?.first_name)) add(name, FIRST_NAME);
		for (const name of strings(locale.person?.last_name)) add(name, LAST_NAME);
		for (const name of strings(locale.location?.city_name)) add(name, CITY, 4);
		for (const name of [...strings(locale.location?.country), ...strings(locale.location?.state)]) add(name, COUNTRY_OR_STATE, 4);
	}
	add(COMPANY_FORMS, COMPANY_FORM);
	add(STREETS, STREET, 1);
	add(TITLES, TITLE, 1);
	for (const word of commonWords(ordinary)) add(word, COMMON_WORD);
	return lists;
}

/** Words that stand in lower case at least eight times, and at least four times as often as with a capital. */
function commonWords(texts: readonly string[]): string[] {
	const counts = new Map<string, { lower: number; capital: number }>();
	for (const text of texts)
		for (const word of text.match(/\p{L}{2,}/gu) ?? []) {
			const lower = word.toLowerCase();
			const count = counts.get(lower) ?? { lower: 0, capital: 0 };
			counts.set(lower, count);
			count[word === lower ? "lower" : "capital"]++;
		}
	return [...counts].flatMap(([word, { lower, capital }]) => (lower >= 8 && lower >= 4 * capital ? [word] : []));
}

/** All strings of one of faker's definitions, whatever its shape. */
export function strings(value: unknown): string[] {
	if (typeof value === "string") return value.includes("{{") ? [] : [value];
	if (Array.isArray(value)) return value.flatMap(strings);
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => (key === "weight" ? [] : strings(inner)));
}
