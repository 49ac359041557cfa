import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { recordsOf } from "../../src/audit/log-reader.ts";
import type { Proxy } from "../../src/proxy.ts";
import { chatStream } from "../support/chat-client.ts";
import { freePort } from "../support/free-port.ts";
import { type Post, receiver } from "../support/http-receiver.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), "sinks-"));
let upstream: MockUpstream;

beforeAll(async () => {
	upstream = await startChatUpstream(["Write to jane.doe", "@example.com today."]);
});
afterAll(() => upstream.close());

async function withSinks(sinks: readonly object[], use: (proxy: Proxy, dir: string) => Promise<void>): Promise<void> {
	const dir = mkdtempSync(join(tmpdir(), "audit-"));
	const proxy = await startProxy(upstream.url, `audit: ${JSON.stringify({ dir, sinks })}`);
	await use(proxy, dir);
	await proxy.drain();
}

const ask = async (proxy: Proxy, times: number): Promise<number[]> => {
	const statuses: number[] = [];
	for (let i = 0; i < times; i++) statuses.push((await chatStream(proxy.port, "phone (415) 555-2671")).status);
	return statuses;
};

/** Certificates of an authority of this test's own, and a receiver's that it signed. */
function makeCertificates(): void {
	const openssl = (...words: string[]): Buffer => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
	const key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
	openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority");
	openssl("req", ...key, "-keyout", "rsyslog.key", "-out", "rsyslog.csr", "-subj", "/CN=localhost");
	writeFileSync(join(folder, "san"), "subjectAltName=DNS:localhost");
	openssl(
		"x509",
		"-req",
		"-in",
		"rsyslog.csr",
		"-CA",
		"ca.pem",
		"-CAkey",
		"ca.key",
		"-CAcreateserial",
		"-days",
		"2",
		"-out",
		"rsyslog.pem",
		"-extfile",
		"san",
	);
}

class Rsyslog {
	readonly port: number;
	readonly file: string;
	readonly #config: string;
	#child: ChildProcess | undefined;

	constructor(port: number, isTls: boolean) {
		this.port = port;
		this.file = join(folder, `${port}.out`);
		this.#config = join(folder, `${port}.conf`);
		const driver = isTls
			? `global(DefaultNetstreamDriverCAFile="${folder}/ca.pem" DefaultNetstreamDriverCertFile="${folder}/rsyslog.pem" DefaultNetstreamDriverKeyFile="${folder}/rsyslog.key")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")`
			: 'module(load="imtcp")';
		writeFileSync(
			this.#config,
			`global(workDirectory="${folder}" maxMessageSize="64k")
${driver}
template(name="line" type="string" string="%pri%|%protocol-version%|%app-name%|%msgid%|%structured-data%|%msg%\\n")
input(type="imtcp" port="${port}" address="127.0.0.1")
action(type="omfile" file="${this.file}" template="line")
`,
		);
	}

	async start(): Promise<void> {
		this.#child = spawn("rsyslogd", ["-n", "-f", this.#config, "-i", join(folder, `${this.port}.pid`)], { stdio: "ignore" });
		await vi.waitFor(async () => {
			const socket = connect(this.port, "127.0.0.1");
			await once(socket, "connect");
			socket.destroy();
		}, PATIENCE);
	}

	async stop(): Promise<void> {
		if (this.#child === undefined) return;
		this.#child.kill("SIGTERM");
		await once(this.#child, "exit");
		this.#child = undefined;
	}

	/** Each line's fields: priority, version, app, message id, structured data, message. */
	lines(): string[][] {
		if (!existsSync(this.file)) return [];
		return readFileSync(this.file, "utf8")
			.trimEnd()
			.split("\n")
			.map((line) => {
				const fields = line.split("|");
				return [...fields.slice(0, 5), fields.slice(5).join("|").trim()];
			});
	}

	/** `seq` of the records it has, each once. */
	received(): number[] {
		return [...new Set(this.lines().map((fields) => JSON.parse(fields[5] ?? "").seq as number))].sort((a, b) => a - b);
	}
}

/** The first line about a request. A busy machine may add lines about lanes. */
const interaction = (rsyslog: Rsyslog): string[] | undefined => rsyslog.lines().find(([, , , type]) => type === "interaction");
const written = (dir: string): number[] => [...recordsOf(join(dir, "local"))].map(({ seq }) => seq);

test("a real rsyslog over TLS has every record, also those of an outage, once it is back; a restart of the proxy goes on where it was", async () => {
	makeCertificates();
	const rsyslog = new Rsyslog(await freePort(), true);
	await rsyslog.start();
	const sink = { name: "siem", type: "syslog", host: "localhost", port: rsyslog.port, ca_file: join(folder, "ca.pem") };
	const dir = mkdtempSync(join(tmpdir(), "audit-"));
	const start = (): Promise<Proxy> => startProxy(upstream.url, `audit: ${JSON.stringify({ dir, sinks: [sink] })}`);
	let proxy = await start();
	await ask(proxy, 3);
	await vi.waitFor(() => expect(rsyslog.received()).toEqual(written(dir)), PATIENCE);
	const [first] = rsyslog.lines();
	expect(first?.slice(0, 5)).toEqual(["110", "1", "secure-llm-proxy", "start", expect.stringMatching(/id="local\/0\/[0-9a-f]{8}"/)]);
	expect(JSON.parse(interaction(rsyslog)?.[5] ?? "")).toMatchObject({
		type: "interaction",
		id: expect.stringMatching(/^local\/\d+\/[0-9a-f]{8}$/),
		prompt: { findings: { phone: 1 } },
	});

	await rsyslog.stop();
	expect(await ask(proxy, 5)).toEqual([200, 200, 200, 200, 200]);
	await proxy.drain();
	proxy = await start();
	await ask(proxy, 2);
	await rsyslog.start();
	await vi.waitFor(() => expect(rsyslog.received()).toEqual(written(dir)), PATIENCE);
	await proxy.drain();
	await vi.waitFor(() => expect(rsyslog.received()).toEqual(written(dir)), PATIENCE);
	expect(written(dir).length).toBeGreaterThanOrEqual(14);
	await rsyslog.stop();
});

test("a receiver with a certificate of another authority gets nothing", async () => {
	const rsyslog = new Rsyslog(await freePort(), true);
	await rsyslog.start();
	await withSinks([{ name: "siem", type: "syslog", host: "localhost", port: rsyslog.port }], async (proxy) => void (await ask(proxy, 2)));
	expect(rsyslog.received()).toEqual([]);
	await rsyslog.stop();
});

test("syslog without TLS, with CEF in it", async () => {
	const rsyslog = new Rsyslog(await freePort(), false);
	await rsyslog.start();
	const sink = { name: "siem", type: "syslog", host: "127.0.0.1", port: rsyslog.port, tls: false, format: "cef" };
	await withSinks([sink], async (proxy) => {
		await ask(proxy, 1);
		await vi.waitFor(() => expect(interaction(rsyslog)).toBeDefined(), PATIENCE);
	});
	expect(interaction(rsyslog)?.[5]).toMatch(
		/^CEF:0\|secure-llm-proxy\|secure-llm-proxy\|1\|complete\|LLM request: prompt redact, answer complete\|3\|externalId=local\/\d+\/[0-9a-f]{8} rt=\d+ /,
	);
	await rsyslog.stop();
});

test("HTTP sinks send what each receiver reads, signed, and again with the same id until it is taken", async () => {
	const { url, posts, server } = await receiver([503, 200]);
	const token = "splunk-token";
	const kinds = {
		splunk: { type: "splunk_hec", url, token },
		hook: { type: "webhook", url: `${url}/hook`, secret: "s3cret", format: "ocsf" },
		otel: { type: "otlp", url, headers: { "x-tenant": "t" } },
	};
	for (const [name, kind] of Object.entries(kinds)) {
		posts.length = 0;
		await withSinks([{ name, ...kind }], async (proxy) => {
			await ask(proxy, 1);
			await vi.waitFor(() => expect(posts.map(({ body }) => body).join("")).toMatch(/"type\W+interaction/), PATIENCE);
			if (name === "splunk") await vi.waitFor(() => expect(posts.length).toBeGreaterThan(1), PATIENCE);
		});
		const [{ headers, body, url: path }] = posts as [Post];
		if (name === "splunk") {
			expect([path, headers["authorization"], posts[0]?.body.split("\n")[0]]).toEqual([
				"/services/collector/event",
				`Splunk ${token}`,
				posts[1]?.body.split("\n")[0],
			]);
			expect(JSON.parse(body.split("\n")[0] ?? "")).toMatchObject({
				time: expect.any(Number),
				sourcetype: "_json",
				event: { type: "start" },
			});
		} else if (name === "hook") {
			const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
			expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", "s3cret").update(signed).digest("base64")}`);
			const sent = posts.flatMap(({ body }) => JSON.parse(body).records).find(({ class_uid }) => class_uid === 6003);
			expect(sent).toMatchObject({
				class_uid: 6003,
				type_uid: 600399,
				severity_id: 2,
				metadata: { uid: expect.stringMatching(/^local\/\d+\/[0-9a-f]{8}$/) },
			});
		} else {
			expect([path, headers["x-tenant"]]).toEqual(["/v1/logs", "t"]);
			const [{ scopeLogs }] = JSON.parse(body).resourceLogs;
			expect(scopeLogs[0].logRecords[0]).toMatchObject({
				severityNumber: 9,
				timeUnixNano: expect.stringMatching(/^\d{19}$/),
				body: { stringValue: expect.any(String) },
			});
		}
	}
	server.close();
});

test("a file sink writes ECS lines and rotates", async () => {
	const path = join(folder, "siem", "records.jsonl");
	const newest = (): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
	await withSinks([{ name: "file", type: "file", path, format: "ecs", max_bytes: 1024, max_files: 2 }], async (proxy, dir) => {
		for (let i = 1; i < 4; i++) {
			await ask(proxy, 1);
			// A busy machine may add records about lanes.
			await vi.waitFor(() => {
				expect(written(dir).length).toBeGreaterThan(i);
				expect(newest()).toContain(`local/${written(dir).at(-1)}/`);
			}, PATIENCE);
		}
	});
	expect([existsSync(`${path}.1`), existsSync(`${path}.2`)]).toEqual([true, false]);
	const event = JSON.parse(readFileSync(`${path}.1`, "utf8").split("\n")[0] ?? "");
	expect(event).toMatchObject({ ecs: { version: "8.11.0" }, event: { module: "secure-llm-proxy", kind: "event" } });
});

test("a sink that is down stops new work with 'closed' once too many records wait, and with 'buffer' the oldest are skipped", async () => {
	const { url, server } = await receiver([500]);
	const sink = { name: "hook", type: "webhook", url, secret: "s", max_behind_records: 4 };
	await withSinks([{ ...sink, on_failure: "closed" }], async (proxy) => {
		await ask(proxy, 4);
		await vi.waitFor(async () => expect(await ask(proxy, 1)).toEqual([503]), PATIENCE);
	});
	server.close();
	const statuses = [500];
	const other = await receiver(statuses);
	const seqs = (post: Post | undefined): number[] =>
		JSON.parse(post?.body ?? '{"records":[]}').records.map(({ seq }: { seq: number }) => seq);
	await withSinks([{ ...sink, url: other.url, on_failure: "buffer" }], async (proxy, dir) => {
		expect(await ask(proxy, 12)).toEqual(Array(12).fill(200));
		await vi.waitFor(
			async () => {
				// None is skipped while some are on their way.
				expect(await ask(proxy, 1)).toEqual([200]);
				expect(seqs(other.posts.at(-1))[0]).toBeGreaterThan(0);
			},
			{ ...PATIENCE, interval: 300 },
		);
		statuses[0] = 200;
		const newest = written(dir).at(-1);
		await vi.waitFor(() => expect(other.posts.flatMap(seqs)).toContain(newest), PATIENCE);
	});
	other.server.close();
});
