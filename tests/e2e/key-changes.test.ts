import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { verifyLog } from "../../src/audit/verify-log.ts";
import { CommandLine } from "../support/command-line.ts";

beforeAll(() => CommandLine.build());

describe("what is done with keys", () => {
	const dir = mkdtempSync(join(tmpdir(), "keys-"));
	const [file, trail] = [join(dir, "keys.json"), join(dir, "audit")];
	const config = join(dir, "config.yaml");
	writeFileSync(config, `security: { auth: { mode: api_key, keys_file: "${file}" } }\naudit: { dir: "${trail}" }\n`);
	const SECRET = { SECURE_LLM_PROXY_SECRET_KEY: "a secret of this test" };
	const run = (words: string[], env: NodeJS.ProcessEnv = SECRET) => {
		const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/main.js", ...words, "--config", config], {
			env: { ...process.env, ...env },
			encoding: "utf8",
		});
		return { status, out: stdout.trim(), err: stderr };
	};
	const make = (...words: string[]): string => JSON.parse(run(["keys", "create", "--json", ...words]).out).id;
	const records = (...words: string[]): Record<string, unknown>[] =>
		run(["audit", "query", "--json", "--log", "admin", ...words])
			.out.split("\n")
			.filter((row) => row !== "")
			.map((row) => JSON.parse(row));

	test("is in the audit trail, with who did it and what the key is worth, under the pseudonym that its requests have", async () => {
		const id = make("--name", "Jane Doe", "--policy", "strict", "--models", "small-*", "--rpm", "7", "--days", "3");
		const rotated = JSON.parse(run(["keys", "rotate", id, "--json", "--days", "1"]).out);
		expect(run(["keys", "revoke", rotated.id]).status).toBe(0);
		expect(run(["keys", "revoke", rotated.id]).status).toBe(0);
		const [rotation, creation, ...none] = records("--subject", `key:${id}`);
		expect(none).toEqual([]);
		expect(creation).toMatchObject({
			type: "key",
			action: "created",
			by: userInfo().username,
			file,
			policy: "strict",
			models: ["small-*"],
			requests_per_minute: 7,
			expires: expect.stringMatching(/^\d{4}-/),
		});
		const [revocation] = records("--subject", `key:${rotated.id}`);
		expect(revocation).toMatchObject({ type: "key", action: "revoked", by: userInfo().username });
		expect(rotation).toMatchObject({
			action: "rotated",
			subject: creation?.["subject"],
			successor: revocation?.["subject"],
			policy: "strict",
		});
		expect(records().filter(({ type }) => type === "key")).toHaveLength(3);
		const written = readFileSync(join(trail, "admin", "000000000000000.jsonl"), "utf8");
		for (const secret of ["Jane", id, rotated.id, rotated.key]) expect(written).not.toContain(secret);
		expect(verifyLog({ dir: join(trail, "admin") }).faults).toEqual([]);
	});

	test("a search tells who has the secret which key it was, and under which policy; others a pseudonym that the next search takes", () => {
		const id = make("--policy", "strict");
		const query = ["audit", "query", "--log", "admin", "--subject"];
		const told = run([...query, `key:${id}`]).out;
		expect(told).toMatch(new RegExp(`key +created +- +- +strict .* key:${id} `));
		const untold = run([...query, String(records("--subject", `key:${id}`)[0]?.["subject"])], {}).out;
		expect(untold).not.toContain(id);
		const shown = / ([0-9a-f]{8}) /.exec(untold)?.[1] ?? "";
		expect(run([...query, shown], {}).out).toBe(untold);
	});

	test("does not hold where it cannot be recorded", () => {
		const before = readFileSync(file, "utf8");
		const refused = run(["keys", "create"], { SECURE_LLM_PROXY_SECRET_KEY: "" });
		expect(refused).toMatchObject({
			status: 2,
			out: "",
			err: expect.stringMatching(/^keys: set SECURE_LLM_PROXY_SECRET_KEY as it is set for the proxy/),
		});
		expect(readFileSync(file, "utf8")).toBe(before);
	});

	test("a rotated key lives as long as the one before was made for, and is rotated once", () => {
		const id = make("--days", "10");
		const endOf = (key: string): number =>
			Date.parse(JSON.parse(readFileSync(file, "utf8")).keys.find((one: { id: string }) => one.id === key).expires);
		const aged = JSON.parse(readFileSync(file, "utf8"));
		const old = aged.keys.find((one: { id: string }) => one.id === id);
		const [DAY, now] = [86_400_000, Date.now()];
		Object.assign(old, { created: new Date(now - 9 * DAY).toISOString(), expires: new Date(now + DAY).toISOString() });
		writeFileSync(file, JSON.stringify(aged));
		const next = JSON.parse(run(["keys", "rotate", id, "--json", "--days", "5"]).out).id;
		expect(Math.round((endOf(next) - now) / DAY)).toBe(10);
		expect(Math.round((endOf(id) - now) / DAY)).toBe(1);
		expect(run(["keys", "rotate", id])).toMatchObject({
			status: 2,
			out: "",
			err: `keys: key ${id} was rotated already: ${next} takes its place\n`,
		});
		const endless = make();
		const after = JSON.parse(run(["keys", "rotate", endless, "--json"]).out).id;
		expect(JSON.parse(run(["keys", "list", "--json"]).out).find((one: { id: string }) => one.id === after)).not.toHaveProperty("expires");
	});

	test("names the folder that cannot be written", () => {
		const { status, stderr } = spawnSync(
			process.execPath,
			["dist/main.js", "keys", "create", "--file", join(config, "keys.json"), "--dir", trail],
			{ env: { ...process.env, ...SECRET }, encoding: "utf8" },
		);
		expect(status).toBe(2);
		expect(stderr).toContain(`cannot write in ${config} (E`);
	});
});
