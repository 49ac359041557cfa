import { type Next, pick } from "./random.ts";

/** A value in the ways its caller may write it. */
export interface Value {
	readonly id: string;
	readonly spellings: readonly string[];
}

const digits = (count: number, next: Next): string => Array.from({ length: count }, () => Math.floor(next() * 10)).join("");

function email(text: string): Value {
	return { id: text, spellings: [text, text.toUpperCase(), text.replace(/^./, (first) => first.toUpperCase())] };
}

function phone(next: Next): Value {
	const line = `${2000 + Math.floor(next() * 7999)}`;
	return { id: line, spellings: [`415-555-${line}`, `(415) 555-${line}`, `415 555 ${line}`] };
}

const CARDS = ["4111111111111111", "5555555555554444", "4012888888881881", "5105105105105100"] as const;

function card(next: Next): Value {
	const number = pick(CARDS, next);
	const groups = number.match(/\d{4}/g) ?? [];
	return { id: number, spellings: [number, groups.join(" "), groups.join("-")] };
}

function plain(text: string): Value {
	return { id: text, spellings: [text] };
}

/** A caller's values. Some of them begin or end as another one. */
export function spellingsOf(caller: string, next: Next): readonly Value[] {
	const mail = `${pick(["jane", "j.doe", "ann-lee"], next)}.${caller}@corp.com`;
	const ticket = `T-${caller === "ann" ? 1 : 2}${digits(3, next)}`;
	const all = [
		email(mail),
		email(`x.${mail}`),
		email(`${mail}.br`),
		email(`${caller}@corp.co`),
		phone(next),
		phone(next),
		card(next),
		plain(`10.${130 + Math.floor(next() * 100)}.3.${130 + Math.floor(next() * 100)}`),
		plain(ticket),
		plain(`${ticket}${digits(1, next)}`),
	];
	return [...new Map(all.map((value) => [value.id, value])).values()];
}
