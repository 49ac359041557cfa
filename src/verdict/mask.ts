import type { MaskOptions } from "../policy/policy.ts";
import { isReversedEmail } from "../recognizers/contact.ts";

/** Marks, too: they are the vowels of Hindi and Thai. */
const SYMBOL = /[\p{L}\p{M}\p{N}_]/u;

/** Card schemes and banks print the last four themselves (PCI DSS 3.4.1), so people can tell which one is meant. */
const DEFAULTS: Readonly<Record<string, MaskOptions>> = { credit_card: { keep_last: 4 }, iban: { keep_last: 4 } };

/** Every letter and digit as `*` but for those that the options keep; never more than two thirds of them stay. */
export function mask(type: string, text: string, options: MaskOptions = DEFAULTS[type] ?? {}): string {
	const domainAt = options.keep_domain === true && !isReversedEmail(text) ? text.lastIndexOf("@") : -1;
	if (domainAt >= 0) return mask(type, text.slice(0, domainAt), { ...options, keep_domain: false }) + text.slice(domainAt);
	const symbols = [...text];
	const count = symbols.filter((symbol) => SYMBOL.test(symbol)).length;
	const most = Math.floor((count * 2) / 3);
	const last = Math.min(options.keep_last ?? 0, most);
	const first = Math.min(options.keep_first ?? 0, most - last);
	let seen = 0;
	return symbols
		.map((symbol) => {
			if (!SYMBOL.test(symbol)) return symbol;
			const i = seen++;
			return i < first || i >= count - last ? symbol : "*";
		})
		.join("");
}
