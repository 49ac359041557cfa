import { isOrdinary } from "./fold.ts";

/** Zero to nine in English, German, French, Spanish, Italian, Portuguese and Dutch, accents folded. */
const WORDS: readonly string[] = [
	"zero oh null cero nul",
	"one eins un uno um een",
	"two zwei zwo deux dos due dois twee",
	"three drei trois tres tre drie",
	"four vier quatre cuatro quattro quatro",
	"five funf fuenf cinq cinco cinque vijf",
	"six sechs seis sei zes",
	"seven sieben sept siete sette sete zeven",
	"eight acht huit ocho otto oito",
	"nine neun neuf nueve nove negen",
];

const DIGITS: ReadonlyMap<string, string> = new Map(WORDS.flatMap((words, digit) => words.split(" ").map((word) => [word, String(digit)])));
/** Letters of the longest number word. */
export const LONGEST_NUMBER_WORD = Math.max(...[...DIGITS.keys()].map(({ length }) => length));

/** The digit that a word means, in any letter case. */
export function digitOf(word: string): string | undefined {
	return DIGITS.get(word.toLowerCase());
}

/** Rows of 26: the next state by letter, 0 for none. State 1 is the beginning. */
const TRIE: number[] = new Array(52).fill(0);
const ENDS = new Set<number>();
for (const word of DIGITS.keys()) {
	let state = 1;
	for (const letter of word) {
		const index = state * 26 + letter.charCodeAt(0) - 0x61;
		if (TRIE[index] === 0) {
			TRIE[index] = TRIE.length / 26;
			TRIE.push(...new Array(26).fill(0));
		}
		state = TRIE[index] as number;
	}
	ENDS.add(state);
}

/** Whether a number word stands at `at`, or could when more is known than `window[at, end)`. Quick. */
export function mayBeNumberWord(window: Uint8Array, at: number, end: number): boolean {
	let state = 1;
	for (let i = at; i < end; i++) {
		const letter = ((window[i] as number) | 0x20) - 0x61;
		if (letter < 0 || letter > 25) return ENDS.has(state) || !isOrdinary(window[i] as number);
		state = TRIE[state * 26 + letter] as number;
		if (state === 0) return false;
	}
	return true;
}

/** Whether a number word begins with this ASCII letter. */
export function beginsNumberWord(letter: number): boolean {
	return TRIE[26 + (letter | 0x20) - 0x61] !== 0;
}
