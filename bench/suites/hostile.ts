import { hostileTexts } from "../fixtures/hostile-texts.ts";
import { policyWith, programOf } from "../fixtures/rules.ts";
import { text, tokens } from "../fixtures/texts.ts";
import type { Suite } from "./suite.ts";

type Program = Awaited<ReturnType<typeof programOf>>;
type Cut = (whole: string) => readonly Buffer[];

/** Bytes that a model writes at a time, and what a long delta is inspected in. */
const CUTS: Readonly<Record<string, Cut>> = {
	tokens: (whole) => tokens(whole).map((piece) => Buffer.from(piece)),
	"4 KiB": (whole) => (whole.match(/.{1,4096}/gsu) ?? []).map((piece) => Buffer.from(piece)),
};

/**
 * What a byte of an answer can cost a lane, beside a byte of prose in pieces of the same kind: whoever writes an answer, or
 * makes a model write one, must not be able to stop the others of its lane.
 */
export const hostileSuite: Suite = async (effort, log) => {
	const size = effort.kind === "smoke" ? 500 : 40_000;
	const program = await programOf((await policyWith(0)).response);
	const cuts = Object.values(CUTS);
	const prose = cuts.map((cut) => costOf(program, cut(text("prose", 4 * size, 3)), 3));
	const rows: (readonly (string | number)[])[] = [];
	for (const [name, hostile] of hostileTexts(size)) {
		log(name);
		const ratios = cuts.map((cut, i) => costOf(program, cut(hostile), 1) / (prose[i] as number));
		rows.push([name, ...ratios]);
	}
	const worst = (row: readonly (string | number)[]): number => Math.max(...row.slice(1).map(Number));
	rows.sort((a, b) => worst(b) - worst(a));
	const table = {
		title: "What a byte of an answer costs that was written to be slow, × a byte of prose in the same pieces",
		note: `Every recognizer and view, one scanner, processor time. Prose: ${prose.map((ns, i) => `${Math.round(ns)} ns a byte in ${Object.keys(CUTS)[i]}`).join(", ")}. A text once, as an answer comes: what the automata learn from it counts.`,
		columns: ["", ...Object.keys(CUTS)],
		rows,
	};
	return { tables: [table], data: table };
};

/** ns of processor time for a byte, the least of so many rounds. */
function costOf(program: Program, pieces: readonly Buffer[], rounds: number): number {
	const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
	const round = (): number => {
		const scanner = program.open();
		const before = process.cpuUsage();
		for (const piece of pieces) {
			scanner.write(piece);
			scanner.take(Number.POSITIVE_INFINITY);
		}
		const { user, system } = process.cpuUsage(before);
		scanner.close();
		return ((user + system) * 1000) / bytes;
	};
	return Math.min(...Array.from({ length: rounds }, round));
}
