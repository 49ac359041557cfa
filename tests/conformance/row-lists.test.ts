import { beforeAll, expect, test } from "vitest";
import { rulesOf } from "../../src/policy/recognizer-rules.ts";
import { RECOGNIZERS } from "../../src/recognizers/registry.ts";
import { type BesideOracle, besideOracle, expectOracle, inspectChunks } from "../support/beside-oracle.ts";
import { seeds } from "../support/fuzz.ts";
import { NAMED_COLUMNS, OTHER_COLUMNS } from "../support/named-columns.ts";
import { type Next, pick, random, someChunkings } from "../support/random.ts";

/** At least this many texts, or as long as FUZZ_SECONDS says. */
const TEXTS = 150;
const TYPES: ReadonlySet<string> = new Set(["ssn", "date_of_birth", "phone", "credential", "cvv", "pin", "email", "credit_card"]);

const COLUMNS = [...NAMED_COLUMNS, ...NAMED_COLUMNS, ...OTHER_COLUMNS.filter(([name]) => /^\w+$/.test(name))];

const snake = (name: string): string => name.toLowerCase().replaceAll(" ", "_");
const sqlString = (cell: string): string => `'${cell.replaceAll("'", "''")}'`;
const literals = {
	sql: (cell: string, next: Next) =>
		cell === "" ? "NULL" : pick([sqlString(cell), `N${sqlString(cell)}`, `TRIM(${sqlString(cell)})`], next),
	json: (cell: string) => (/^\d+$/.test(cell) ? cell : JSON.stringify(cell)),
	script: (cell: string) => `'${cell.replaceAll("'", "\\'")}'`,
};

/** Ways to write a table as lists, the first row with the names. */
const CARRIERS: readonly ((names: readonly string[], rows: readonly (readonly string[])[], next: Next) => string)[] = [
	(names, rows, next) => {
		const name = pick([snake, (one: string) => `\`${one}\``, (one: string) => `[${snake(one)}]`, (one: string) => `"${one}"`], next);
		const tuples = rows.map((row) => `(${row.map((cell) => literals.sql(cell, next)).join(", ")})`);
		const values = pick([" VALUES ", "VALUES", "\nVALUES\n  ", " OUTPUT inserted.id values", " OVERRIDING SYSTEM VALUE VALUES "], next);
		return `INSERT INTO people (${names.map(name).join(", ")})${values}${tuples.join(pick([",", ",\n  "], next))};`;
	},
	(names, rows) => {
		const tuples = rows.map((row) => `(${row.map(literals.script).join(", ")})`);
		return `cur.executemany("INSERT INTO t (${names.map(snake).join(", ")}) VALUES (${names.map(() => "%s").join(", ")})", [${tuples.join(", ")}])`;
	},
	(names, rows) =>
		rows
			.map(
				(row) =>
					`db.query('INSERT INTO t (${names.map(snake).join(",")}) VALUES ($1, $2) RETURNING id', [${row.map(literals.script).join(", ")}]);`,
			)
			.join("\n"),
	(names, rows, next) =>
		`{"columns": ${JSON.stringify(names)}, "index": [0, 1], ${JSON.stringify(pick(["data", "rows"], next))}: [${rows.map((row) => `\n  [${row.map(literals.json).join(", ")}]`).join(",")}]}`,
	(names, rows, next) => JSON.stringify({ values: [names, ...rows] }, null, pick([0, 2], next)),
	(names, rows) =>
		`columns = ${JSON.stringify(names)}\nrows = [${rows.map((row) => `(${row.map(literals.script).join(", ")})`).join(", ")}]`,
	(names, rows) => `const columns = [${names.map(literals.script).join(", ")}];\nconst rows = ${JSON.stringify(rows)};`,
];

interface Sample {
	readonly text: string;
	readonly values: readonly string[];
}

function makeTable(next: Next): Sample {
	const columns = Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(COLUMNS, next));
	const rows = Array.from({ length: 1 + Math.floor(next() * 5) }, () => columns.map(([, make]) => make(next)));
	const table = pick(CARRIERS, next)(
		columns.map(([name]) => name),
		rows,
		next,
	);
	return {
		text: `${pick(["", "Here (see below) they are:\n\n", "f(a, b);\n", "x = a[i]\n"], next)}${table}${pick(["", "\n", ");\nAnything else (name)?"], next)}`,
		values: rows.flatMap((row) => row.filter((_, i) => NAMED_COLUMNS.some((column) => column === columns[i]))),
	};
}

/** The same with anything at any place. */
function makeOdd(next: Next): string {
	const parts = [
		..."()[]{},;:'\"`\\= \n",
		"\r\n",
		"''",
		"((",
		"[[",
		"],[",
		"), (",
		"SSN",
		"values",
		"é",
		"à",
		"457555462",
		" ".repeat(90),
		"a".repeat(39),
	];
	const { text } = makeTable(next);
	const wide = next() < 0.05 ? `(${"a, ".repeat(Math.floor(520 * next()))}SSN` : "";
	return wide + [...text].map((char) => (next() < 0.06 ? pick(parts, next) + char : char)).join("");
}

let both: BesideOracle;

beforeAll(async () => {
	both = await besideOracle(RECOGNIZERS.filter(({ type }) => TYPES.has(type)).flatMap((recognizer) => rulesOf(recognizer, "redact")));
});

test("items of a list are read behind their name in the list of names before it, in every row", () => {
	for (const seed of seeds(TEXTS)) {
		const next = random(seed);
		const { text, values } = makeTable(next);
		const found = inspectChunks(both.production, [text]);
		for (const value of values) if (found.text.includes(value)) expect({ seed, text, value, out: found.text }).toBe("without it");
		expectOracle(both, text, { seed, chunkings: someChunkings(text, next, 4), next });
	}
}, 3_600_000);

test("where anything stands between them they are read as the oracle does", () => {
	for (const seed of seeds(TEXTS)) {
		const next = random(seed);
		const text = makeOdd(next);
		expectOracle(both, text, { seed, chunkings: someChunkings(text, next, 4), next });
	}
}, 3_600_000);

test("what no row follows is no list of names", () => {
	for (const text of [
		"call(born, name)('1975-03-14', 'Ann')",
		"(born, name) VALUE ('1975-03-14', 'Ann')",
		'["born", "name"] are ["1975-03-14", "Ann"]',
		"INSERT INTO t (born, name) VALUES; ('1975-03-14', 'Ann')",
		'["born", 1], ["1975-03-14", 2]',
	])
		expect(inspectChunks(both.production, [text]).findings).toBe("");
	expect(inspectChunks(both.production, ["(born, name) VALUES ('1975-03-14', 'Ann')"]).findings).toMatch(/^date_of_birth/);
});
