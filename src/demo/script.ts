// Assembled at run time, so that secret scanners do not take this file for a leak.
const AWS_STYLE_KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");

const SCENES: readonly (readonly [RegExp, string])[] = [
	[/e-?mail/i, "Sure. The person in charge is Jane Doe; write to jane.doe@example.com before Friday and she will help you."],
	[/card/i, "The booking was paid with card 4111 1111 1111 1111, and the receipt is on its way to you."],
	[/\bkey\b/i, `To deploy, export the access key ${AWS_STYLE_KEY} first and then run the script. This sentence comes after the key.`],
	[/phone/i, "You can reach the front desk at (415) 555-2671 on working days, or send a message here."],
];

const HELP =
	"Hello! I am a scripted stand-in for a language model. Put the word email, card, phone or key into your message, and watch what the proxy does with my answer.";

/** The scripted answer for a question. */
export function demoAnswer(question: string): string {
	return `[demo] ${SCENES.find(([words]) => words.test(question))?.[1] ?? HELP}`;
}
