import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { chat } from "../support/chat-client.ts";
import { CommandLine, type Ran, type Serving } from "../support/command-line.ts";

/** Commands of a page, line by line as a reader pastes them, beside a proxy that runs in the same folder. */
let line: CommandLine;
let proxy: Serving;
let env: NodeJS.ProcessEnv;

const blocksOf = (page: string, language: string): string[] =>
	[...readFileSync(page, "utf8").matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].flatMap(([, tongue, body = ""]) =>
		tongue === language ? [body] : [],
	);

function paste(command: string): Ran {
	const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: line.folder, env, encoding: "utf8" });
	return { code: status ?? -1, out: stdout, err: stderr };
}

function succeeded(command: string, ran: Ran): Ran {
	expect({ command, ...ran }).toMatchObject({ code: 0, out: expect.not.stringContaining('"error"') });
	return ran;
}

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const secret = { SECURE_LLM_PROXY_SECRET_KEY: "a secret of this test alone" };
	mkdirSync(join(line.folder, "bin"));
	chmodSync(line.file("bin/secure-llm-proxy", `#!/bin/sh\nexec "${process.execPath}" "${resolve("dist/main.js")}" "$@"\n`), 0o755);
	env = { ...process.env, ...secret, PATH: [join(line.folder, "bin"), process.env["PATH"]].join(delimiter) };
	paste("secure-llm-proxy keys create --file ./data/administrators.json");
	const told = blocksOf("docs/consent.md", "yaml").join("").replaceAll("./data", join(line.folder, "data"));
	const rest = `server: { host: 127.0.0.1, port: 0, workers: 1 }\nllm_providers: { openai: { type: demo } }\naudit: { dir: "${line.folder}/data/audit" }\n`;
	proxy = await line.serve(line.file("config.yaml", told + rest), secret);
	await chat(proxy.port, "my card is 4111 1111 1111 1111", false);
	await chat(proxy.port, "show me a key", true);
});
afterAll(() => line?.close());

interface Page {
	readonly page: string;
	readonly language?: string;
	/** What a reader puts in the place of an example, from what was printed so far. */
	readonly own: Readonly<Record<string, RegExp | string>>;
	/** What the page tells before the block, or elsewhere. */
	readonly before?: readonly string[];
}

/** A pack is rolled back to one that was there before. */
const OLDER_PACK = [
	"openssl genpkey -algorithm ed25519 -out key.pem",
	"sed s/2026.11.25/2026.11.24/ pack.json > older.json",
	"secure-llm-proxy packs sign older.json --key key.pem --out older.pack",
	'secure-llm-proxy packs add older.pack --key "<public key>"',
];
const PROOFS = [
	"secure-llm-proxy audit prove --record 1 > a.tlog-proof",
	"cp data/audit/local/head.checkpoint old.checkpoint",
	"secure-llm-proxy audit prove --since old.checkpoint > b.proof",
	"cat data/audit/local/log.pub",
];

test.each<Page>([
	{ page: "docs/identity.md", language: "", own: { "3fk9Qz1B": /^Key (\w{8})/m } },
	{ page: "docs/consent.md", own: { "0a1b2c3d4e5f": /^([0-9a-f]{12})$/m, $KEY: /^(slp_\w+)$/m } },
	{
		page: "docs/prompt_security.md",
		own: { "<public key>": /^signed with (\S+)$/m, "https://threats.example/acme.pack": "acme.pack" },
		before: OLDER_PACK,
	},
	{
		page: "docs/audit.md",
		own: { "key:3fk9": "address:127.0.0.1", "local+1a2b3c4d+AX…": /^(local\+[0-9a-f]{8}\+\S+)$/m },
		before: PROOFS,
	},
])("the commands of $page do what they say", async ({ page, language = "sh", own, before = [] }) => {
	const { port } = proxy;
	let said = "";
	if (page === "docs/prompt_security.md") line.file("pack.json", blocksOf(page, "json")[0] ?? "");
	const commands = blocksOf(page, language).flatMap((body) => body.replaceAll("\\\n", " ").trimEnd().split("\n"));
	expect(commands.length).toBeGreaterThan(3);
	for (const command of [...before, ...commands]) {
		const mine = Object.entries(own).reduce(
			(text, [example, value]) => {
				const ours = typeof value === "string" ? value : [...said.matchAll(new RegExp(value, "gm"))].at(-1)?.[1];
				return ours === undefined ? text : text.replaceAll(example, ours);
			},
			command.replaceAll("localhost:8000", `localhost:${port}`),
		);
		// A key opens within a second of its making.
		const ran = await vi.waitFor(() => succeeded(command, paste(mine)), 60_000);
		said += ran.out + ran.err;
	}
});
