import { made } from "./made-up.ts";

/** One kind of value that must not leave: its shape, and what finds it. */
export interface Kind {
	readonly name: string;
	/** Types of which one must be found. Empty: no recognizer finds it, and `why` says so. */
	readonly types: readonly string[];
	/** Text with a value in it: what stands between `⟦` and `⟧` is a regular expression, the rest stands as it is. */
	readonly text: string;
	/** Gives a value of the shape its check digits. */
	readonly finish?: (value: string) => string;
	/** Check digits decide, and no maker is written down: about one in so many values of the shape is found, and the others are not. */
	readonly oneIn?: number;
	readonly why?: string;
}

export interface Sample {
	readonly text: string;
	/** UTF-8 bytes of the value in the text. */
	readonly from: number;
	readonly to: number;
}

/** The same values in every run: made up from the shape, so that no file holds one. */
export function samplesOf({ name, text, finish = (value) => value }: Kind, count: number): Sample[] {
	const [before = "", shape = "", after = ""] = text.split(/[⟦⟧]/);
	return made(shape, count, name).map((value) => {
		const from = Buffer.byteLength(before);
		const whole = finish(value);
		return { text: before + whole + after, from, to: from + Buffer.byteLength(whole) };
	});
}
