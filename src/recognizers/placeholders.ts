const PLACEHOLDER =
	/^(?:x+|\*+|\.+|-+|_+|#+|\?+|0+|1+|n\/a|null|nil|none|undefined|true|false|yes|no|string|str|text|bool(?:ean)?|int(?:eger)?|number|object|any|void|bytes?|char|todo|tbd|example|sample|test|dummy|foo|bar|baz|default|empty|optional|required|redacted|hidden|masked|secret|password|passwd|pass|token|key|value|username|user|changeme|change_me|admin|root|guest|private|public|enabled|disabled)$/i;
export const TEMPLATE = /#{3}|%[A-Z_.]{3,}%|\$\{|\{\{|<[A-Za-z]|%\(|%[sdv]\b|\$\(|\[\[|\.\.\.|…|x{4,}|X{4,}|\*{3,}/;
const ASKS_FOR_ONE =
	/your|my[-_ ]|insert|replace|change|enter[-_ ]|put[-_ ]|here$|placeholder|redacted|example|sample|dummy|fake|not[-_ ]?real|secret[-_]?key$|goes[-_ ]here/i;

/** Whether somebody wrote this to stand for a secret. */
export function isPlaceholder(value: string): boolean {
	return PLACEHOLDER.test(value) || TEMPLATE.test(value) || /^(.)\1*$/.test(value);
}

const LEET: Readonly<Record<string, string>> = { "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t" };

/** Whether it asks for something else in its place, also with digits for letters (`Ex4mpl3`). */
export function asksForOne(value: string): boolean {
	return ASKS_FOR_ONE.test(value) || /example/i.test(value.replace(/\d/g, (digit) => LEET[digit] ?? digit));
}
