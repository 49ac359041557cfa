import type { Token } from "./token-text.ts";

const FIRST_PERSON =
	/^(?:i|me|my|mine|we|us|our|ours|i'm|ich|mein|meine|wir|unser|je|mon|ma|mes|nous|notre|yo|mi|nuestro|nuestra|io|mio|mia|ja|mój|moja)$/i;
/** Addresses of the net, long numbers, and words that stand beside somebody's data. */
const CONTACT =
	/@.+\.|^\d{4,}$|^(?:phone|tel|email|e-mail|address|dob|ssn|mrn|account|customer|patient|employee|order|invoice|signed|dear|regards|sincerely)$/i;
/** Whether a word stands beside somebody's data. */
export const isContact = ({ text }: Token): boolean => CONTACT.test(text);
const MARKUP = /^[|{}<>=;\t]$/;

/**
 * What kind of text a segment is, as one of 216 numbers: whether somebody speaks of himself, whether data of a person
 * stands in it, whether it is marked up, asks, how long it is and how many words have capitals. A name in a question of
 * general knowledge is nobody's data; the same name above an address is.
 */
export function settingOf(tokens: readonly Token[]): number {
	let [speaks, contact, markup, capitals] = [0, 0, 0, 0];
	for (const token of tokens) {
		const { text } = token;
		if (FIRST_PERSON.test(text)) speaks = 1;
		if (isContact(token)) contact++;
		if (MARKUP.test(text)) markup = 1;
		if (/^\p{Lu}/u.test(text)) capitals++;
	}
	const asks = tokens.at(-1)?.text === "?" ? 1 : 0;
	const size = tokens.length < 8 ? 0 : tokens.length < 25 ? 1 : 2;
	const share = capitals / Math.max(1, tokens.length);
	const dense = share < 0.125 ? 0 : share < 0.3 ? 1 : 2;
	return 1 + speaks + 2 * Math.min(contact, 2) + 6 * markup + 12 * asks + 24 * size + 72 * dense;
}
