/** Characters that are looked at, UTF-16 units; a longer prompt is judged by its beginning. */
const MAX_UNITS = 65_536;
/** Bits of the table of words that were seen. */
const WORD_BITS = 14;
/** From here on a trait says all it can say. */
const FULL = { characters: 20_000, depth: 16, entropy: 6, scripts: 4, repetition: 0.8, symbols: 0.3, instructions: 20 } as const;
/** Letters of a writing system that are more than a word in passing. */
const MIN_SHARE = 0.02;

/** What a prompt is like, in numbers that a person can check against its text. */
export interface PromptTraits {
	/** UTF-16 units of all texts. */
	readonly characters: number;
	readonly texts: number;
	/** Objects and lists in each other, in the request as it came; 0 for a bare text. */
	readonly depth: number;
	/** Bits that a character carries by the frequencies of the text's characters: prose about 4.2, base64 about 6. */
	readonly entropy: number;
	/** Share of the words that stood before. */
	readonly repetition: number;
	/** Writing systems with at least 2 % of the letters. */
	readonly scripts: number;
	/** Share of the characters that are neither letters, digits nor blanks. */
	readonly symbols: number;
	/** Signals of the injection rules in 1,000 characters, at least of 200 characters. */
	readonly instructions: number;
	/** 0…1: the mean of how far each of these is on its way to a bound (docs/prompt_security.md). */
	readonly complexity: number;
}

/** `signals`: of the injection rules, in all texts. Linear in the texts, up to a bound. */
export function promptTraits(texts: readonly string[], signals: number, depth: number): PromptTraits {
	const characters = texts.reduce((sum, text) => sum + text.length, 0);
	const tally = new CharacterTally();
	for (const text of texts) tally.read(text);
	const measured = { characters, depth, ...tally.shares(), instructions: (signals * 1000) / Math.max(200, characters) };
	const ways = (Object.keys(FULL) as (keyof typeof FULL)[]).map((name) => Math.min(1, measured[name] / FULL[name]));
	return {
		characters,
		texts: texts.length,
		depth,
		entropy: round(measured.entropy),
		repetition: round(measured.repetition),
		scripts: measured.scripts,
		symbols: round(measured.symbols),
		instructions: round(measured.instructions),
		complexity: round(ways.reduce((sum, way) => sum + way, 0) / ways.length),
	};
}

/** How deep objects and lists stand in each other. */
export function depthOf(value: unknown): number {
	if (typeof value !== "object" || value === null) return 0;
	return 1 + Object.values(value).reduce((deepest: number, member) => Math.max(deepest, depthOf(member)), 0);
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** First characters of the blocks of Unicode that matter here, and the writing system that begins there; 0: none. */
const BLOCKS: readonly (readonly [from: number, script: number])[] = [
	[0x0000, 0],
	[0x00c0, 1],
	[0x0370, 2],
	[0x0400, 3],
	[0x0530, 4],
	[0x0590, 5],
	[0x0600, 6],
	[0x0780, 7],
	[0x0900, 8],
	[0x0e00, 9],
	[0x0e80, 10],
	[0x10a0, 11],
	[0x1100, 12],
	[0x1200, 13],
	[0x1e00, 1],
	[0x1f00, 2],
	[0x2000, 0],
	[0x3040, 14],
	[0x3100, 0],
	[0x3400, 15],
	[0xa000, 16],
	[0xac00, 12],
	[0xd800, 0],
	[0xf900, 15],
	[0xfb00, 0],
];
const SCRIPT_COUNT = 17;
/** By UTF-16 unit. */
const SCRIPTS = new Uint8Array(0x10000);
for (const [from, script] of BLOCKS) SCRIPTS.fill(script, from);

/** Counts the characters of texts by what they are. */
class CharacterTally {
	readonly #ascii = new Uint32Array(128);
	readonly #others = new Map<number, number>();
	readonly #scripts = new Uint32Array(SCRIPT_COUNT);
	readonly #words = new Uint8Array(1 << WORD_BITS);
	#units = 0;
	#wordCount = 0;
	#known = 0;

	read(text: string): void {
		const ascii = this.#ascii;
		const to = Math.min(text.length, MAX_UNITS - this.#units);
		let word = 0;
		for (let at = 0; at < to; at++) {
			const code = text.charCodeAt(at);
			if (code < 128) ascii[code] = (ascii[code] as number) + 1;
			else this.#others.set(code, (this.#others.get(code) ?? 0) + 1);
			if (IS_WORD[code] === 1) word = Math.imul(word ^ code, 0x01000193) + 1;
			else if (word !== 0) word = this.#endWord(word);
		}
		if (word !== 0) this.#endWord(word);
		this.#units += to;
	}

	shares(): Pick<PromptTraits, "entropy" | "repetition" | "scripts" | "symbols"> {
		let [letters, symbols, weighted] = [0, 0, 0];
		const take = (code: number, count: number): void => {
			weighted += count * Math.log2(count);
			const script = code < 128 ? Number(IS_LETTER[code] === 1) : (SCRIPTS[code] as number);
			this.#scripts[script] = (this.#scripts[script] as number) + count;
			if (script > 0) letters += count;
			else if (code > 0x20 && !isDigit(code) && code !== 0xa0) symbols += count;
		};
		for (const [code, count] of this.#ascii.entries()) if (count > 0) take(code, count);
		for (const [code, count] of this.#others) take(code, count);
		const units = Math.max(1, this.#units);
		return {
			entropy: Math.log2(units) - weighted / units,
			repetition: this.#known / Math.max(1, this.#wordCount),
			scripts: this.#scripts.filter((count, script) => script > 0 && count > 0 && count >= letters * MIN_SHARE).length,
			symbols: symbols / units,
		};
	}

	/** The next word's hash. */
	#endWord(word: number): 0 {
		const bucket = (word ^ (word >>> WORD_BITS)) & ((1 << WORD_BITS) - 1);
		this.#known += this.#words[bucket] as number;
		this.#words[bucket] = 1;
		this.#wordCount++;
		return 0;
	}
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const IS_LETTER = Uint8Array.from({ length: 128 }, (_, code) => Number((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a));
/** By UTF-16 unit. */
const IS_WORD = SCRIPTS.map((script, code) => Number(code < 128 ? IS_LETTER[code] === 1 || isDigit(code) : script > 0));
