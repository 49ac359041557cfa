import { beforeAll, expect, test } from "vitest";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { type BesideOracle, besideOracle, expectOracle, inspectChunks } from "../support/beside-oracle.ts";
import { seeds } from "../support/fuzz.ts";
import { NAMED_COLUMNS as COLUMNS, OTHER_COLUMNS as OTHERS } from "../support/named-columns.ts";
import { type Next, pick, random, someChunkings } from "../support/random.ts";

/** At least this many tables, or as long as FUZZ_SECONDS says. */
const TABLES = 150;
const TYPES: ReadonlySet<string> = new Set(["ssn", "date_of_birth", "phone", "credential", "cvv", "pin", "pl_nip", "email", "credit_card"]);

interface Style {
	readonly mark: string;
	readonly line: (cells: readonly string[]) => string;
	/** The line with the names, where it is not like the others. */
	readonly head?: (names: readonly string[]) => string;
	readonly rule?: (columns: number) => string;
}

const quoted = (mark: string) => (cell: string) => (cell.includes(mark) || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell);
const STYLES: readonly Style[] = [
	{ mark: "|", line: (cells) => `| ${cells.join(" | ")} |`, rule: (columns) => `|${" --- |".repeat(columns)}` },
	{ mark: "|", line: (cells) => `> | **${cells.join("** | **")}** |`, rule: (columns) => `> |${":-:|".repeat(columns)}` },
	{ mark: "|", line: (cells) => ` ${cells.join(" | ")}`, rule: (columns) => Array.from({ length: columns }, () => "------").join("+") },
	{ mark: "|", line: (cells) => `| ${cells.join(" | ")} |`, rule: (columns) => `+${"------+".repeat(columns)}` },
	{ mark: ",", line: (cells) => cells.map(quoted(",")).join(",") },
	{ mark: ";", line: (cells) => cells.map(quoted(";")).join(";") },
	{ mark: ",", line: (cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(", ") },
	{ mark: "\t", line: (cells) => cells.join("\t") },
	{
		mark: "\t",
		line: (cells) => cells.join("\t"),
		head: (names) => `COPY public.people (${names.map((name) => name.toLowerCase().replace(/\W+/g, "_")).join(", ")}) FROM stdin;`,
	},
];

const escaped = (text: string): string => text.replaceAll("<", "&lt;");
const HTML_CELLS: readonly ((cell: string, tag: string) => string)[] = [
	(cell, tag) => `<${tag}>${cell}</${tag}>`,
	(cell, tag) => `  <${tag} class="c" style="width: auto">\n    <strong>${cell}</strong>\n  </${tag}>`,
	(cell, tag) => `<${tag.toUpperCase()}>${cell}`,
];

/** A table of rows of cells, the first with the names. */
function htmlTable(rows: readonly (readonly string[])[], next: Next): string {
	const cell = pick(HTML_CELLS, next);
	const head = pick(["th", "td"], next);
	const lines = rows.map((cells, i) => `<tr>${cells.map((text) => cell(escaped(text), i === 0 ? head : "td")).join("")}</tr>`);
	if (next() < 0.3) lines.unshift(`<tr>${cell("Customers", head).replace(/<t[hd]/i, "$& colspan=4")}</tr>`);
	const [first, ...rest] = lines;
	return pick(
		[
			`<table border=1>\n${lines.join("\n")}\n</table>`,
			`<table><thead>${first}</thead><tbody>${rest.join("")}</tbody></table>`,
			lines.join("\n"),
		],
		next,
	);
}

interface Sample {
	readonly text: string;
	readonly values: readonly string[];
}

function makeHtmlTable(next: Next): Sample {
	const columns = Array.from({ length: 2 + Math.floor(next() * 4) }, () => pick(next() < 0.5 ? COLUMNS : OTHERS, next));
	if (!columns.some((column) => COLUMNS.includes(column))) return makeHtmlTable(next);
	const rows = Array.from({ length: 1 + Math.floor(next() * 6) }, () => columns.map(([, make]) => make(next)));
	const values = rows.flatMap((cells) => cells.filter((_, i) => COLUMNS.includes(columns[i] as (typeof COLUMNS)[number])));
	const table = htmlTable([columns.map(([name]) => name), ...rows], next);
	return {
		text: `${pick(["", "Here they are:\n\n", "if (a < b) "], next)}${table}${pick(["", "\n", "<p>Anything else?</p>"], next)}`,
		values,
	};
}

function makeTable(next: Next): Sample {
	if (next() < 0.3) return makeHtmlTable(next);
	const style = pick(STYLES, next);
	const columns = Array.from({ length: 2 + Math.floor(next() * 4) }, () => pick(next() < 0.5 ? COLUMNS : OTHERS, next));
	// CSV has a name for every column.
	const chosen = style.mark === "|" ? columns : columns.filter(([name]) => name !== "#");
	if (!chosen.some((column) => COLUMNS.includes(column)) || chosen.length < 2) return makeTable(next);
	const end = pick(["\n", "\r\n"], next);
	const rows = Array.from({ length: 1 + Math.floor(next() * 6) }, () => chosen.map(([, make]) => make(next)));
	const lines = [
		(style.head ?? style.line)(chosen.map(([name]) => name)),
		...(style.rule ? [style.rule(chosen.length)] : []),
		...rows.map(style.line),
	];
	const values = rows.flatMap((cells) => cells.filter((_, i) => COLUMNS.includes(chosen[i] as (typeof COLUMNS)[number])));
	return {
		text: `${pick(["", "Here they are:\n\n", "```\n"], next)}${lines.join(end)}${pick(["", end, `${end}${end}Anything else?`], next)}`,
		values,
	};
}

/** Tables in which anything may stand at any place. */
function makeOdd(next: Next): string {
	const parts = [
		"|",
		",",
		";",
		"\t",
		'"',
		" ",
		"\n",
		"\n\n",
		"\r\n",
		"> ",
		"---",
		"|---|",
		"SSN",
		"Password",
		"é",
		"a=b",
		"457555462",
		"x",
		"12",
		"r4T!mmQ90x",
		"a".repeat(39),
		"~",
		"<",
		">",
		"<br>",
		"</td>",
		"<TH>",
		"<tr>",
		"</tr>",
		"<table>",
		"</table>",
		"<i",
		" </",
	];
	const { text } = makeTable(next);
	let out = "";
	for (const char of text) out += next() < 0.06 ? pick(parts, next) + char : char;
	return out;
}

let both: BesideOracle;

beforeAll(async () => {
	both = await besideOracle(RECOGNIZERS.filter(({ type }) => TYPES.has(type)).flatMap((recognizer) => rulesOf(recognizer, "redact")));
});

test("cells of a table are read behind the name of their column, in every row", () => {
	for (const seed of seeds(TABLES)) {
		const next = random(seed);
		const { text, values } = makeTable(next);
		const found = inspectChunks(both.production, [text]);
		for (const value of values) if (found.text.includes(value)) expect({ seed, text, value, out: found.text }).toBe("without it");
		expectOracle(both, text, { seed, chunkings: someChunkings(text, next, 4), next });
	}
}, 3_600_000);

test("where anything stands in a table it is read as the oracle does", () => {
	for (const seed of seeds(TABLES)) {
		const next = random(seed);
		const text = makeOdd(next);
		expectOracle(both, text, { seed, chunkings: someChunkings(text, next, 4), next });
	}
}, 3_600_000);

test("a line that is longer than the name of a column is none, whatever stands between the marks in it", () => {
	const line = (end: string): string => `IV.7 Ann (b. 1521, d. 1719) m. 22 Mar 1661 ${end}; parish reg.\n`;
	for (const text of [`${line("Password")}${line("r4T!mmQ90x")}`, `${line("born")}1975-03-14; vol. 3\n`])
		expect(inspectChunks(both.production, [text]).findings).toBe("");
});

test("what the name of a column itself has is found once, and not before each of its cells", () => {
	for (const value of ["457-55-5462", "457 55 5462"]) {
		const rows = (head: string): string => `| ${head} | City |\n| --- | --- |\n| open | Köln |\n| closed | Bonn |\n`;
		const text = rows(`SSN ${value}`);
		const whole = inspectChunks(both.production, [text]);
		expect(whole.findings.split(",")).toHaveLength(1);
		expect(whole.text.slice(whole.text.indexOf("\n"))).toBe(text.slice(text.indexOf("\n")));
		for (const chunks of someChunkings(text, random(1), 4)) expect(inspectChunks(both.production, chunks)).toEqual(whole);
	}
});

test("of an HTML table with very many columns the first 32 are read by their names", () => {
	const row = (cell: string): string => `<tr>${cell.repeat(40)}</tr>`;
	const { findings } = inspectChunks(both.production, [`<table>${row("<th>SSN</th>")}<tr></tr>${row("<td>457555462</td>")}</table>`]);
	expect(findings.split(",").filter((finding) => finding.startsWith("ssn"))).toHaveLength(32);
});
