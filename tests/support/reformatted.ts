import { type Next, pick } from "./random.ts";

/** What a model writes around or in a surrogate, and what the caller is to read. */
export interface Reformatted {
	readonly said: string;
	readonly read: string;
}

type Form = (surrogate: string, original: string) => Reformatted;

/** The same around both. */
function around(write: (value: string) => string): Form {
	return (surrogate, original) => ({ said: write(surrogate), read: write(original) });
}

/** The surrogate alone is written in another way. */
function within(write: (surrogate: string) => string): Form {
	return (surrogate, original) => ({ said: write(surrogate), read: original });
}

const url = (value: string): string => encodeURIComponent(value);
const query = (value: string): string => url(value).replaceAll("%20", "+");

const ANY: readonly Form[] = [
	around((value) => value),
	around((value) => `**${value}**`),
	around((value) => `_${value}_`),
	around((value) => `__${value}__`),
	around((value) => `~~${value}~~`),
	around((value) => `\`${value}\``),
	around((value) => `|${value}|${value}|`),
	around((value) => `[${value}, ${value}]`),
	around((value) => `<b>${value}</b>`),
	around((value) => `„${value}“, «${value}», 「${value}」`),
	around((value) => `${value}'s, ${value}’s`),
	around((value) => `请写${value}谢谢`),
	around((value) => `${value}에게, ل${value}, ${value}ж`),
	around((value) => `{"to":"${value}"}`),
	around((value) => `[α](https://x.org/${url(value)}/y?to=${url(value)}&q=α%20${url(value)}%2C)`),
	// A blank is `+` where the surrogate's is, and right in any URL where it has none.
	(surrogate, original) => ({ said: `?q=${query(surrogate)}+α`, read: `?q=${(surrogate.includes(" ") ? query : url)(original)}+α` }),
	within((surrogate) => surrogate.toLowerCase()),
	within((surrogate) => surrogate.toUpperCase()),
	within((surrogate) => surrogate.replaceAll(" ", "\n")),
	within((surrogate) => surrogate.replace(/[[\]_.@]/g, "\\$&")),
];
const OF_PLACEHOLDERS: readonly Form[] = [
	within((surrogate) => surrogate.slice(1, -1)),
	within((surrogate) => surrogate.replaceAll("_", "-")),
	within((surrogate) => surrogate.replaceAll("_", "\u2011")),
	within((surrogate) => surrogate.replaceAll("_", "\u00a0")),
	(surrogate, original) => ({ said: `请写${surrogate.slice(1, -1)}谢谢`, read: `请写${original}谢谢` }),
	(surrogate, original) => ({ said: `${surrogate.slice(1, -1)}s, α`, read: `${original}s, α` }),
	(surrogate, original) => ({ said: `?q=α%20${surrogate.slice(1, -1)}%20β`, read: `?q=α%20${original}%20β` }),
];
const OF_NAMES: readonly Form[] = [around((value) => `${value}s α`), within((surrogate) => surrogate.replaceAll("'", "’"))];
const OF_NUMBERS: readonly Form[] = [
	within((surrogate) => surrogate.replace(/[ -]/g, "")),
	within((surrogate) => surrogate.replace(/[ -]/g, "\u2011")),
];

/** A form that a model may give a surrogate. */
export function reformatted(surrogate: string, original: string, next: Next): Reformatted {
	const more = surrogate.startsWith("[")
		? OF_PLACEHOLDERS
		: /^[\d -]{7,}$/.test(surrogate)
			? OF_NUMBERS
			: /^[\p{L}' ]+$/u.test(surrogate)
				? OF_NAMES
				: [];
	return pick(more.length > 0 && next() < 0.5 ? more : ANY, next)(surrogate, original);
}
