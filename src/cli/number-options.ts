import { DAY_MS } from "../core/units.ts";

const MAX_DAYS = 36_500;

/** What an option that counts says; throws where it is no whole number. */
export function count(text: string, option: string): number {
	if (!/^\d{1,12}$/.test(text)) throw new Error(`${option} takes a whole number, not '${text}'`);
	return Number(text);
}

/** Of `--days`. A century at most: dates end somewhere. */
export function daysIn(text: string | undefined, least: number): number | undefined {
	const days = text === undefined ? undefined : count(text, "--days");
	if (days !== undefined && (days < least || days > MAX_DAYS))
		throw new Error(`--days takes a number from ${least} to ${MAX_DAYS}, not '${text}'`);
	return days;
}

/** When `--days` from now end, ISO 8601. */
export function expiryIn(text: string | undefined): string | undefined {
	const days = daysIn(text, 1);
	return days === undefined ? undefined : new Date(Date.now() + days * DAY_MS).toISOString();
}

/** US dollars. */
export function money(text: string, option: string): number {
	if (!/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) throw new Error(`${option} takes an amount such as 20 or 2.50, not '${text}'`);
	return Number(text);
}
