import { DAY_MS } from "../core/units.ts";

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY_MS };

/** A date, a time, or how long ago: `2026-11-25`, `2026-11-25T21:00Z`, `90m`, `24h`, `7d`. ISO 8601; throws where it is neither. */
function timeOption(text: string, option: string): string {
	const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
	const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNITS[unit] ?? 0);
	if (Number.isNaN(time))
		throw new Error(`${option} takes a date, a time or how long ago (2026-11-25, 2026-11-25T21:00Z, 90m, 24h, 7d), not '${text}'`);
	return new Date(time).toISOString();
}

/** A period that the options `--from` and `--to` name, `[from, to)` in ISO 8601; throws where it ends before it begins. */
export function periodOption(from: string | undefined, to: string | undefined): { readonly from?: string; readonly to?: string } {
	const begin = from === undefined ? undefined : timeOption(from, "--from");
	const end = to === undefined ? undefined : timeOption(to, "--to");
	if (begin !== undefined && begin >= (end ?? new Date().toISOString()))
		throw new Error(`--from (${begin}) must lie before ${end === undefined ? "now" : `--to (${end})`}`);
	return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { to: end }) };
}
