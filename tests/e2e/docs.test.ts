import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { CommandLine, type Serving } from "../support/command-line.ts";

/** README and what stands in docs/: everything in them that can be carried out. */
const PAGES = ["README.md", "SECURITY.md", ...readdirSync("docs").map((name) => join("docs", name))].filter((page) => page.endsWith(".md"));
const textOf = (page: string): string => readFileSync(page, "utf8");
const BLOCK = /^```(\w*)\n([\s\S]*?)^```/gm;
const blocks = PAGES.flatMap((page) =>
	[...textOf(page).matchAll(BLOCK)].map(([, language = "", body = ""], i) => ({ page, i, language, body })),
);

/** A block of commands and the block right after it: what they print. */
const TRANSCRIPTS = [...textOf("README.md").matchAll(/```sh\n([\s\S]*?)```\n```text\n([\s\S]*?)```/g)].map(
	([, command = "", output = ""]) => ({ command, output }),
);

let line: CommandLine;
let proxy: Serving;
beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const demo = readFileSync("config/demo.yaml", "utf8");
	proxy = await line.serve(line.file("demo.yaml", `${demo}audit: { dir: "${line.folder}/audit" }\n`), { PORT: "0" });
});
afterAll(() => line?.close());

const printed = (command: string): string =>
	spawnSync("sh", ["-c", command.replaceAll("localhost:8000", `localhost:${proxy.port}`)], { encoding: "utf8" }).stdout;

test("README has its transcripts", () => {
	expect(TRANSCRIPTS).toHaveLength(4);
});

test.each(TRANSCRIPTS)("README's command prints what README says: $command", ({ command, output }) => {
	expect(printed(command).trimEnd()).toBe(output.trimEnd());
});

test("docs/scan.md's request is answered as it says", () => {
	const [, command = "", answer = ""] = /```\n(curl .*)\n```\n```json\n([\s\S]*?)```/.exec(textOf("docs/scan.md")) ?? [];
	const told = JSON.parse(answer);
	// A learned model has its say in it.
	expect(JSON.parse(printed(command))).toEqual({ ...told, score: expect.closeTo(told.score, 1) });
});

test("docs/scan.md's line of JSON is what `scan --json` says of such a file", async () => {
	const [, told = ""] = /```json\n(\{"file"[\s\S]*?)```/.exec(textOf("docs/scan.md")) ?? [];
	const file = line.file("notes.txt", "write to jane@corp.com\n");
	const { code, out } = await line.run(["scan", "--json", file]);
	expect([code, JSON.parse(out)]).toEqual([1, { ...JSON.parse(told), file, score: expect.closeTo(JSON.parse(told).score, 1) }]);
});

test("docs/policies.md's configuration gives the request the policy that it says", async () => {
	const page = textOf("docs/policies.md");
	const [, config = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
	const [, command = "", output = ""] = /```console\n\$ secure-llm-proxy (.*)\n([\s\S]*?)```/.exec(page) ?? [];
	const words = command.replace("config.yaml", line.file("policies.yaml", config)).split(" ");
	const { code, out } = await line.run(words);
	expect(code).toBe(0);
	// The version is a hash of all that is compiled in.
	expect(out.replace(/version \w+/g, "version")).toBe(output.replace(/version \w+/g, "version"));
});

/** What else must stand in the file for the sections that a page shows. */
const BESIDE: Readonly<Record<string, object>> = {
	"docs/cache.md": { shared_state: { redis_url: "redis://redis:6379" } },
	"docs/routing.md": {
		llm_providers: Object.fromEntries(
			["openai", "anthropic", "canary", "azure"].map((name) => [name, { type: "openai", base_url: "https://a.example" }]),
		),
	},
};
const CONFIGURATIONS = blocks.filter(({ language }) => language === "yaml");

test.each(CONFIGURATIONS)("the configuration in $page (block $i) loads, and no key in it is without effect", ({ page, body }) => {
	const isFragment = body.startsWith(" ");
	const whole = (isFragment ? `security:\n  pii_protection:\n${body}` : body).replace(
		"<public key>",
		Buffer.alloc(32, 1).toString("base64"),
	);
	// A file that it names is somebody's own.
	const written = whole.replace(/words_file: [^,}\n]+/g, "words: [one]");
	const variables = Object.fromEntries([...written.matchAll(/\$\{(\w+)/g)].map(([, name]) => [name, "1234"]));
	const sections = Object.entries({ llm_providers: { demo: { type: "demo" } }, ...BESIDE[page] });
	const beside = sections
		.filter(([name]) => !Object.hasOwn(parse(written) ?? {}, name))
		.map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
	const loaded = parseConfig(written + beside.join(""), variables);
	expect(loaded).toMatchObject({ ok: true });
	expect(loaded.ok && loaded.warnings.filter(({ path }) => path !== "security.rate_limiting")).toEqual([]);
});

/** A command as it stands somewhere: its verb, perhaps a second one, and the rest. */
const COMMAND = /(?:^(?:\$| )? ?|`)(?:secure-llm-proxy|node dist\/main\.js) ([a-z]+)(?: ([a-z]+))?([^\n`|#]*)/gm;
const commandsIn = (place: string, text: string) =>
	[...text.matchAll(COMMAND)].map(([, verb = "", second = "", rest = ""]) => ({
		place: `${place}: ${verb} ${second} ${rest}`,
		verb,
		second,
		options: rest.match(/--[a-z-]+/g) ?? [],
	}));
const COMMANDS = PAGES.flatMap((page) => {
	// README's table of commands leaves out what they all begin with.
	const text = textOf(page).replace(
		/^\| `(?=(?:serve|check|doctor|scan|keys|packs|audit|consent|report|health) )/gm,
		"$&secure-llm-proxy ",
	);
	const code = text.match(/^```(?:sh|console|)\n[\s\S]*?^```|`[^`\n]+`/gm) ?? [];
	return commandsIn(page, code.join("\n").replaceAll("\\\n", " "));
});

test("every command in the documentation, and in the examples of --help, exists with its options", async () => {
	expect(COMMANDS.flatMap(({ options }) => options).length).toBeGreaterThan(25);
	const help = new Map<string, Promise<string>>();
	const helpOf = (...words: readonly string[]): Promise<string> => {
		const known = help.get(words.join(" ")) ?? line.run([...words, "--help"]).then(({ out }) => out);
		help.set(words.join(" "), known);
		return known;
	};
	const wrong: string[] = [];
	const check = async ({ place, verb, second, options }: (typeof COMMANDS)[number]): Promise<void> => {
		const general = await helpOf(verb);
		const isGroup = second !== "" && new RegExp(`^ {2}${second}\\b`, "m").test(general);
		const told = isGroup ? await helpOf(verb, second) : general;
		if (told === "" || options.some((option) => !told.includes(option))) wrong.push(place);
	};
	await helpOf();
	for (const command of COMMANDS) await check(command);
	const examples = commandsIn("--help", (await Promise.all(help.values())).join("\n"));
	expect(examples.length).toBeGreaterThan(10);
	for (const example of examples) await check(example);
	expect(wrong).toEqual([]);
});
