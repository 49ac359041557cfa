import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { configurationPage, keyRows } from "../../../script/reference/configuration-page.ts";
import { configJsonSchema, schemaFile } from "../../../script/reference/json-schema.ts";
import { recognizersPage } from "../../../script/reference/recognizers-page.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { NOT_ENFORCED } from "../../../src/config/not-enforced.ts";

const STALE = "is out of date: run `npm run schema` and commit what it writes";
const SHIPPED = readdirSync("config", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
const ROWS = Object.entries(configJsonSchema().properties ?? {}).flatMap(([name, node]) => keyRows(name, node));

const matchesSchema = new Ajv({ strict: true, formats: { uri: (text: string) => URL.canParse(text) } }).compile(
	JSON.parse(readFileSync("config/schema.json", "utf8")),
);

test("config/schema.json and docs/configuration.md say what the code accepts", () => {
	expect(readFileSync("config/schema.json", "utf8"), `config/schema.json ${STALE}`).toBe(schemaFile());
	const page = readFileSync("docs/configuration.md", "utf8");
	expect(page, `docs/configuration.md ${STALE}`).toBe(configurationPage(page));
});

test("docs/recognizers.md lists every type and group", () => {
	expect(readFileSync("docs/recognizers.md", "utf8"), `docs/recognizers.md ${STALE}`).toBe(recognizersPage());
});

test("every key is described", () => {
	expect(ROWS.length).toBeGreaterThan(60);
	expect(ROWS.filter(({ meaning }) => meaning === "").map(({ path }) => path)).toEqual([]);
});

test("every key is read beside the schema, but for the one whose value is fixed", () => {
	const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => /\.ts$/.test(file));
	const readers = files.filter((file) => !/-schema\.ts$|config\/(?:schema|not-enforced|start-only)\.ts$/.test(file));
	expect(readers.length).toBeGreaterThan(300);
	const words = new Set(readers.flatMap((file) => readFileSync(join("src", file), "utf8").match(/\w+/g) ?? []));
	const unread = ROWS.map(({ path }) => path).filter((path) => !words.has(path.replace("[]", "").split(".").at(-1) ?? ""));
	expect(unread.filter((path) => !path.endsWith("<name>"))).toEqual(["security.input.on_invalid_encoding"]);
});

test("every key that is said to have no effect exists", () => {
	const paths = new Set(ROWS.map(({ path }) => path.replaceAll("<name>", "*")).concat(Object.keys(configJsonSchema().properties ?? {})));
	expect(NOT_ENFORCED.filter((path) => !paths.has(path))).toEqual([]);
});

test.each(SHIPPED)("config/%s matches the JSON Schema and loads", (file) => {
	const text = readFileSync(join("config", file), "utf8");
	expect(text).toMatch(/^# yaml-language-server: \$schema=(?:\.\.?\/)+schema\.json\n/);
	expect(matchesSchema(parse(text)) ? [] : matchesSchema.errors).toEqual([]);
	expect(parseConfig(text, { OPENAI_API_KEY: "test" })).toMatchObject({ ok: true });
});

test.each([
	["server: { prot: 8000 }", false],
	["server: { port: 99999 }", false],
	["server: { port: '8000' }", false],
	["server:\n  port: ${PORT:-8000}", true],
	["llm_providers: { a: { type: demo, base_url: 'https://a.example' } }", false],
	["llm_providers: { a: { type: openai } }", false],
	["llm_providers: { a: { type: openai, base_url: 'no address' } }", false],
	["llm_providers: { a: { type: openai, base_url: 'https://a.example/v1', models: ['gpt-*'] } }", true],
])("the JSON Schema and the proxy agree on %j", (text, isAccepted) => {
	expect(matchesSchema(parse(text))).toBe(isAccepted);
	expect(parseConfig(text, {}).ok).toBe(isAccepted);
});
