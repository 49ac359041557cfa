import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import { chatStream } from "../support/chat-client.ts";
import { CommandLine, type Ran, type Serving } from "../support/command-line.ts";
import { freePort } from "../support/free-port.ts";
import { type Post, receiver } from "../support/http-receiver.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
const SECRET = { SECURE_LLM_PROXY_SECRET_KEY: "a secret of this test" };
let line: CommandLine;

beforeAll(() => {
	CommandLine.build();
	line = new CommandLine();
});
afterAll(() => line.close());

interface Received {
	readonly id: string;
	readonly log: string;
	readonly type: string;
}
const recordsIn = (posts: readonly Post[]): Received[] => posts.flatMap(({ body }) => JSON.parse(body).records as Received[]);
const adminIn = (posts: readonly Post[]): string[] =>
	recordsIn(posts)
		.filter(({ log }) => log === "admin")
		.map(({ type }) => type);

function folder(name: string, url: string): { dir: string; serve(log?: string): Promise<Serving>; change(): Promise<Ran> } {
	const dir = join(line.folder, name);
	const sinks = JSON.stringify([{ name: "siem", type: "webhook", url, secret: "s" }]);
	const serve = (log = "local"): Promise<Serving> =>
		line.serve(
			line.file(
				`${name}-${log}.yaml`,
				`server: { host: 127.0.0.1, port: 0, workers: 1 }
llm_providers: { demo: { type: demo } }
audit: { dir: "${dir}", log_name: ${log}, sinks: ${sinks} }`,
			),
			SECRET,
		);
	const terms = ["--policy", "p", "--provider", "*", "--purpose", "support", "--source", "form"];
	const change = (): Promise<Ran> =>
		line.run(["consent", "grant", "--subject", "key:a", ...terms, "--dir", dir, "--file", join(dir, "consent.json")], SECRET);
	return { dir, serve, change };
}

async function stop({ child, exited }: Serving): Promise<void> {
	child.kill("SIGTERM");
	await exited;
}

test("what operators do reaches a sink as one record, from one of the processes that share the folder, and from another when that one is killed", async () => {
	const { url, posts, server } = await receiver([200]);
	const { dir, serve, change } = folder("shared", url);
	const [first, second] = [await serve("one"), await serve("two")];
	expect(await change()).toMatchObject({ code: 0 });
	await vi.waitFor(() => expect(adminIn(posts)).toEqual(["consent"]), PATIENCE);

	const killed = once(first.child, "exit");
	first.child.kill("SIGKILL");
	await killed;
	expect(await line.run(["audit", "erase", "--dir", dir, "--file", join(dir, "consent.json"), "--subject", "key:a"], SECRET)).toMatchObject(
		{ code: 0 },
	);
	await vi.waitFor(() => expect(adminIn(posts)).toContain("erasure"), PATIENCE);
	await stop(second);
	// What was on its way when the process was killed comes again, under the same id.
	const known = new Set(recordsIn(posts).map(({ id, type }) => `${id} ${type}`));
	expect([...known].filter((record) => record.startsWith("admin/") && record.endsWith(" consent"))).toHaveLength(1);
	expect(new Set(recordsIn(posts).map(({ id }) => id)).size).toBe(known.size);
	expect(recordsIn(posts).find(({ log }) => log === "admin")).toMatchObject({ id: expect.stringMatching(/^admin\/0\/[0-9a-f]{8}$/) });
	server.close();
});

test("a sink that is down when it is new, over a restart and while no proxy runs, has every record once it is up", async () => {
	const port = await freePort();
	const { dir, serve, change } = folder("down", `http://127.0.0.1:${port}`);
	const before = await serve();
	await chatStream(before.port, "hello");
	await stop(before);
	expect(await change()).toMatchObject({ code: 0 });
	const after = await serve();
	const { posts, server } = await receiver([200], port);
	await vi.waitFor(() => expect(adminIn(posts)).toEqual(["consent"]), PATIENCE);
	await stop(after);
	const written = ["admin", "local"].flatMap((log) => [...recordsOf(join(dir, log))].map(({ seq }) => `${log}/${seq}`));
	const got = recordsIn(posts).map(({ id }) => id.slice(0, id.lastIndexOf("/")));
	expect([...new Set(got)].sort()).toEqual(written.sort());
	server.close();
});
