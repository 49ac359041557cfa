import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chatStream } from "../support/chat-client.ts";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const secret = "a secret of sixteen and more";
const SECRET = { SECURE_LLM_PROXY_SECRET_KEY: secret };
let line: CommandLine;
/** A folder with a sound log of three segments and more. */
let sound: string;

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	sound = join(line.folder, "sound");
	const upstream = await startChatUpstream(["Hello."]);
	const proxy = await startProxy(upstream.url, `audit: { dir: "${sound}", max_segment_bytes: 4096 }`, undefined, { secret });
	for (let i = 0; i < 20; i++) await chatStream(proxy.port, "hello");
	await proxy.drain();
	upstream.close();
});
afterAll(() => line.close());

const segments = (log: string): string[] => readdirSync(log).filter((name) => name.endsWith(".jsonl") && name.startsWith("0"));
const lineOf = (log: string, segment: string): string[] => readFileSync(join(log, segment), "utf8").split("\n");

/** Takes line `at` of a segment out, or puts another in its place. */
function change(log: string, segment: string, at: number, ...others: string[]): void {
	const lines = lineOf(log, segment);
	lines.splice(at, 1, ...others);
	writeFileSync(join(log, segment), lines.join("\n"));
}

test.each<[string, (log: string, segments: string[]) => void, RegExp]>([
	["its last segment", (log, names) => rmSync(join(log, names.at(-1) ?? "")), /records \d+ to \d+ were signed and are gone/],
	["its last record", (log, names) => change(log, names.at(-1) ?? "", -2), /records? \d+ to \d+ were signed and are gone/],
	["all segments", (log, names) => names.forEach((name) => void rmSync(join(log, name))), /records 0 to \d+ were signed and are gone/],
	["its first segment", (log, names) => rmSync(join(log, names[0] ?? "")), /records 0 to \d+ are gone, and no retention record says so/],
	["one in the middle", (log, names) => rmSync(join(log, names[1] ?? "")), /\d+ of the records 0 to \d+ are gone or cannot be read/],
	[
		"a line that became null",
		(log, names) => change(log, names[0] ?? "", 2, "null"),
		/1 of the records 0 to \d+ are gone or cannot be read/,
	],
	["a line that was cut", (log, names) => change(log, names[0] ?? "", 2, '{"seq":1,"pr'), /1 of the records 0 to \d+ are gone or cannot/],
	["its newest checkpoint", (log) => rmSync(join(log, "head.checkpoint")), /head\.checkpoint is missing or damaged/],
])("a search and an export say what a log has lost, with and without an index of before: %s", async (what, spoil, reason) => {
	for (const isKnown of [false, true]) {
		const dir = join(line.folder, `${what.replaceAll(" ", "-")}-${isKnown}`);
		cpSync(sound, dir, { recursive: true });
		if (isKnown) expect(await query(dir)).toMatchObject({ code: 0, err: "" });
		spoil(join(dir, "local"), segments(join(dir, "local")));
		const { err } = await query(dir);
		// An index that was made before still has it.
		const isFound = isKnown && /^(?:a line|one in the middle)/.test(what);
		if (isFound) expect(err).toBe("");
		else {
			expect(err).toMatch(new RegExp(`^audit query: .*local: .*${reason.source}.* Run 'secure-llm-proxy audit verify'`));
			expect(err.trim().split("\n")).toHaveLength(1);
		}
		const exported = await line.run(["audit", "export", "--dir", dir, "--subject", "address:127.0.0.1"], SECRET);
		expect([exported.code, exported.err]).toEqual([0, expect.stringMatching(/^audit export: .*local: .* is not in this export\.$/m)]);
		expect(JSON.parse(exported.out)).toMatchObject({ subject: "address:127.0.0.1" });
	}
});

const query = (dir: string): Promise<Ran> => line.run(["audit", "query", "--dir", dir, "--json"], SECRET);

test("what a proxy that died has not acknowledged is nothing that is missing", async () => {
	const dir = join(line.folder, "died");
	cpSync(sound, dir, { recursive: true });
	appendFileSync(join(dir, "local", segments(join(dir, "local")).at(-1) ?? ""), '{"seq":99,');
	expect(await query(dir)).toMatchObject({ code: 0, err: "" });
});
