import type { JsonSpan } from "../wire/json-strings.ts";

/** As many as the view of character codes asks for. */
const LEAST_CODES = 8;
/** Printable ASCII and what parts lines. */
const CODE = /^(?:9|1[03]|3[2-9]|[4-9]\d|1[01]\d|12[0-6])$/;
const BETWEEN = /^\s*,\s*$/;

/** The parts of lists of numbers that may be character codes (`[52, 49, 49, …]`), each from its first number to its last. */
export function codeLists(numbers: readonly JsonSpan[], json: string): JsonSpan[] {
	const lists: JsonSpan[] = [];
	let run: JsonSpan[] = [];
	const end = (): void => {
		const [first, last] = [run[0], run.at(-1)];
		if (first !== undefined && last !== undefined && run.length >= LEAST_CODES) lists.push({ ...first, to: last.to });
		run = [];
	};
	for (const number of numbers) {
		const { from, to, path } = number;
		const before = run.at(-1);
		if (before !== undefined && !BETWEEN.test(json.slice(before.to, from))) end();
		if (to - from <= 3 && typeof path.at(-1) === "number" && CODE.test(json.slice(from, to))) run.push(number);
		else end();
	}
	end();
	return lists;
}
