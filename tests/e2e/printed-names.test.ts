import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommandLine, type Ran } from "../support/command-line.ts";
import { startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** Ends of lines and what steers a terminal, each within a name that says more than it may. */
const STRANGE = ["\n", "\r", "\u001b[2J", "\u009b2J", "\u0085", "\u2028"].map((end) => `m${end}2026-01-01 forged`);
const dir = mkdtempSync(join(tmpdir(), "printed-names-"));
const places = ["--dir", join(dir, "audit")];
const consents = ["--file", join(dir, "consent.json"), ...places];
const keys = ["--file", join(dir, "keys.json"), ...places];
let line: CommandLine;

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const upstream = await startChatUpstream(["hello"]);
	const proxy = await startProxy(upstream.url, `audit: { dir: "${join(dir, "audit")}" }`);
	for (const model of STRANGE)
		await (
			await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
				method: "POST",
				body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hello" }] }),
			})
		).text();
	await proxy.drain();
	upstream.close();
});
afterAll(() => line.close());

/** The lines that it printed; each is one of its own, and none steers the terminal. */
function linesOf({ code, out }: Ran): readonly string[] {
	expect(code).toBe(0);
	expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
	return out.trimEnd().split("\n");
}

test("whatever a caller calls its model, a record is one line of audit query", async () => {
	const lines = linesOf(await line.run(["audit", "query", ...places, "--type", "interaction"]));
	expect(lines.slice(1).filter((row) => /Z +interaction .*m·.*2026-01-01 forged/.test(row))).toHaveLength(STRANGE.length);
	expect(lines).toHaveLength(1 + STRANGE.length);
});

test("keys and consents with strange names are one line each", async () => {
	const [name = ""] = STRANGE;
	const terms = ["--policy", name, "--provider", name, "--purpose", name, "--source", name];
	expect(await line.run(["consent", "grant", "--subject", "key:\u001b[2J", ...terms, ...consents])).toMatchObject({ code: 0 });
	expect(linesOf(await line.run(["consent", "list", ...consents]))).toHaveLength(1);

	const made = await line.run(["keys", "create", "--name", name, ...keys]);
	expect(made.err.trimEnd().split("\n")).toHaveLength(1);
	expect(linesOf(await line.run(["keys", "list", ...keys.slice(0, 2)]))).toHaveLength(1);
});
