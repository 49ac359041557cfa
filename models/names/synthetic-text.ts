import { allLocales } from "@faker-js/faker";
import type { Entity } from "../../src/models/entity-labels.ts";
import type { LabelledText } from "./labelled-text.ts";
import {
	COMPANY_FORMS,
	ENDS,
	FAMOUS,
	LOCALES,
	PLACES_OF,
	PRODUCTS,
	ROOTS,
	STATES,
	SURNAME_ENDS,
	SYLLABLES,
	TREES,
	US_SUFFIXES,
} from "./name-parts.ts";
import { ORDINARY, TEMPLATES } from "./templates.ts";
import { strings } from "./word-lists.ts";

type Next = () => number;

interface NamePool {
	readonly first: readonly string[];
	readonly last: readonly string[];
	readonly cities: readonly string[];
	readonly streets: readonly string[];
}

/** Makes labelled sentences from the templates. `next` is uniform in [0, 1). */
export class SyntheticTexts {
	readonly #next: Next;
	readonly #pools = new Map<string, NamePool>();

	constructor(next: Next) {
		this.#next = next;
	}

	personal(): LabelledText {
		const language = this.#next() < 0.7 ? "en" : this.#pick(Object.keys(TEMPLATES));
		return this.#recase(this.#fill(this.#pick(TEMPLATES[language] ?? []), language));
	}

	ordinary(): LabelledText {
		return this.#fill(this.#pick(ORDINARY), "en");
	}

	#fill(template: string, language: string): LabelledText {
		let text = "";
		const spans: { from: number; to: number; entity: Entity }[] = [];
		for (const part of template.split(/(\{\w+\})/)) {
			const value = this.#valueOf(part, language);
			const from = text.length;
			text += value ?? part;
			const entity = ENTITY_OF[part];
			if (entity !== undefined) spans.push({ from, to: text.length, entity });
		}
		return { text, spans };
	}

	/** Chats have no capitals, and forms have nothing else. */
	#recase({ text, spans }: LabelledText): LabelledText {
		const dice = this.#next();
		const recased = dice < 0.15 ? text.toLowerCase() : dice < 0.18 ? text.toUpperCase() : text;
		return recased.length === text.length ? { text: recased, spans } : { text, spans };
	}

	#valueOf(slot: string, language: string): string | undefined {
		const pool = this.#pool(this.#pick(LOCALES[language] ?? ["en"]));
		const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(this.#next() * 10)).join("");
		switch (slot) {
			case "{first}":
				return this.#pick(pool.first);
			case "{last}":
				return this.#surname(pool);
			case "{person}":
				return this.#person(pool);
			case "{address}":
				return this.#address(pool, language);
			case "{org}":
				return this.#organization(pool, language);
			case "{city}":
				return this.#pick(pool.cities);
			case "{email}":
				return `${this.#pick(["j", "info", "k.", "sales_"])}${digits(3)}@${this.#pick(["example.com", "mail.org", "corp.example.net"])}`;
			case "{phone}":
				return this.#pick([
					`+1 ${digits(3)} ${digits(3)} ${digits(4)}`,
					`(${digits(3)}) ${digits(3)}-${digits(4)}`,
					`0${digits(3)}/${digits(6)}`,
					`+49 ${digits(3)} ${digits(7)}`,
				]);
			case "{date}":
				return this.#pick([
					`${1 + Math.floor(this.#next() * 28)} May 20${digits(2)}`,
					`March ${1 + Math.floor(this.#next() * 28)}`,
					`0${1 + Math.floor(this.#next() * 9)}/1${digits(1)}/19${digits(2)}`,
					`19${digits(2)}-0${1 + Math.floor(this.#next() * 9)}-1${digits(1)}`,
					"Monday",
					"Friday",
				]);
			case "{number}":
				return this.#pick([digits(4), digits(6), `${1 + Math.floor(this.#next() * 9)},${digits(3)}`]);
			case "{code}":
				return `${this.#pick(["A", "INV-", "ORD", "#", "TK-"])}${digits(5)}`;
			case "{product}":
				return this.#pick(PRODUCTS);
			case "{famous}":
				return this.#pick(FAMOUS);
			default:
				return undefined;
		}
	}

	/** Some are in no list. */
	#surname({ last }: Pick<NamePool, "last">): string {
		if (this.#next() < 0.75) return this.#pick(last);
		const count = 1 + Math.floor(this.#next() * 2);
		const name = Array.from({ length: count }, () => this.#pick(SYLLABLES)).join("") + this.#pick(SURNAME_ENDS);
		return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
	}

	#person({ first, last }: NamePool): string {
		const [given, family] = [this.#pick(first), this.#surname({ last })];
		const dice = this.#next();
		if (dice < 0.06) return `${given} ${String.fromCharCode(65 + Math.floor(this.#next() * 26))}. ${family}`;
		if (dice < 0.1) return `${given} ${this.#pick(first)} ${family}`;
		if (dice < 0.14) return `${given} ${family}-${this.#pick(last)}`;
		if (dice < 0.17) return `${family}, ${given}`;
		return `${given} ${family}`;
	}

	#address({ cities, streets, last }: NamePool, language: string): string {
		const house = 1 + Math.floor(this.#next() * (this.#next() < 0.6 ? 200 : 9999));
		const zip = String(10000 + Math.floor(this.#next() * 89999));
		const city = this.#pick(cities);
		const isAmerican = language === "en" && this.#next() < 0.7;
		if (!isAmerican) {
			const street = this.#pick(streets);
			const first = ["de", "it", "pl", "es"].includes(language) || this.#next() < 0.5 ? `${street} ${house}` : `${house} ${street}`;
			return this.#pick([first, `${first}, ${zip} ${city}`, `${first}\n${zip} ${city}`, `${first}, ${city}`]);
		}
		const name = this.#next() < 0.6 ? this.#pick(TREES) : this.#pick(last);
		const street = `${house} ${name} ${this.#pick(US_SUFFIXES)}`;
		const flat =
			this.#next() < 0.25
				? this.#pick([`, Apt ${1 + Math.floor(this.#next() * 400)}`, ` Apt. ${house}`, ` Suite ${house}`, ", Unit 4B", ` #${house}`])
				: "";
		const state = this.#pick(STATES);
		const town = this.#pick([
			`, ${city}, ${state} ${zip}`,
			`, ${city}, ${state} ${zip}`,
			`, ${city} ${state} ${zip}`,
			`\n${city}, ${state} ${zip}`,
			`, ${city}`,
			` in ${city}`,
			"",
			"",
		]);
		return `${street}${flat}${town}`;
	}

	#organization({ last, cities }: NamePool, language: string): string {
		const coined = (): string =>
			`${this.#pick(ROOTS)}${this.#next() < 0.6 ? this.#pick(ENDS) : ` ${this.#pick(["Systems", "Labs", "Health", "Energy", "Dynamics", "Robotics", "Foods", "Air", "Motors", "Science"])}`}`;
		const form = this.#pick(COMPANY_FORMS[language] ?? COMPANY_FORMS["en"] ?? []);
		const dice = this.#next();
		if (dice < 0.3) return `${this.#pick(last)} ${form}`;
		if (dice < 0.5) return `${coined()} ${form}`;
		if (dice < 0.65) return coined();
		if (dice < 0.75) return `${this.#pick(last)}, ${this.#pick(last)} ${this.#pick(["and", "&"])} ${this.#pick(last)}`;
		if (dice < 0.85) return `${this.#pick(last)}-${this.#pick(last)}`;
		if (dice < 0.95 || language !== "en") return `${this.#pick(cities)} ${this.#pick(PLACES_OF)}`;
		return `University of ${this.#pick(cities)}`;
	}

	#pool(locale: string): NamePool {
		const known = this.#pools.get(locale);
		if (known !== undefined) return known;
		const definitions = allLocales[locale as keyof typeof allLocales];
		const english = allLocales.en;
		const or = (list: readonly string[], otherwise: readonly string[]): readonly string[] => (list.length > 20 ? list : otherwise);
		const last = or(strings(definitions.person?.last_name), strings(english.person?.last_name));
		const suffixes = strings(definitions.location?.street_suffix).filter((suffix) => suffix.length > 2);
		const made = last.slice(0, 200).map((name, i) => `${name} ${suffixes[i % Math.max(1, suffixes.length)] ?? "Street"}`);
		const pool = {
			first: or(strings(definitions.person?.first_name), strings(english.person?.first_name)),
			last,
			cities: or(strings(definitions.location?.city_name), strings(english.location?.city_name)),
			streets: or(strings(definitions.location?.street_name), made),
		};
		this.#pools.set(locale, pool);
		return pool;
	}

	#pick<T>(list: readonly T[]): T {
		return list[Math.floor(this.#next() * list.length)] as T;
	}
}

const ENTITY_OF: Readonly<Record<string, Entity>> = {
	"{person}": "person",
	"{first}": "person",
	"{last}": "person",
	"{address}": "address",
	"{org}": "organization",
	"{city}": "place",
};
