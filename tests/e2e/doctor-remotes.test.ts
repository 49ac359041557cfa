import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CertificateAuthority } from "../support/certificates.ts";
import { CommandLine } from "../support/command-line.ts";
import { freePort } from "../support/free-port.ts";
import { receiver } from "../support/http-receiver.ts";

let line: CommandLine;
/** HTTPS by an authority that nobody knows, and one whose time is over. */
let unknown: string;
let ended: string;
let caFile: string;
const closing: (() => void)[] = [];

beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	const authority = new CertificateAuthority();
	caFile = authority.certFile;
	unknown = await httpsOf(authority.issue("good"));
	ended = await httpsOf(authority.issue("ended", "ended", 0));
});
afterAll(() => {
	for (const close of closing) close();
	line.close();
});

async function httpsOf(material: { readonly cert: Buffer; readonly key: Buffer }): Promise<string> {
	const server = createHttps({ cert: material.cert, key: material.key }, (_request, response) => response.end()).listen(0);
	await once(server, "listening");
	closing.push(() => server.close());
	return `https://localhost:${(server.address() as AddressInfo).port}`;
}

/** A server with one answer. */
async function http(status: number, body = ""): Promise<string> {
	const server = createHttp((_request, response) => response.writeHead(status).end(body)).listen(0, "127.0.0.1");
	await once(server, "listening");
	closing.push(() => server.close());
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What doctor says of a configuration. */
async function findings(more: object, env: NodeJS.ProcessEnv = {}): Promise<string> {
	const config = { server: { port: 0 }, audit: {}, llm_providers: { demo: { type: "demo" } }, ...more };
	config.audit = { dir: join(line.folder, "audit"), ...config.audit };
	return (await line.run(["doctor", "--config", line.file("config.json", JSON.stringify(config))], env)).out;
}

const LOST = "https://nowhere.invalid";
const UNFOUND = "(?:ENOTFOUND|EAI_AGAIN)";

test("doctor says of each issuer whether its keys can be read, and why not", async () => {
	const key = '{"kty":"RSA","kid":"1","n":"AQ","e":"AQAB"}';
	const cases: readonly (readonly [issuer: string, jwks_url: string, words: string])[] = [
		[`http://127.0.0.1:${await freePort()}`, "", "failure +issuer i0: .*ECONNREFUSED.* — .*every token is refused"],
		[LOST, "", `failure +issuer i1: .*${UNFOUND}`],
		[await http(404), "", "failure +issuer i2: the issuer answers 404"],
		["c", `${unknown}/keys`, "failure +issuer i3: .*certificate"],
		["d", await http(200, "<html>"), "failure +issuer i4: "],
		["e", await http(200, '{"keys":{}}'), "failure +issuer i5: .*malformed"],
		["f", await http(200, '{"keys":[]}'), "failure +issuer i6 publishes no key"],
		["g", await http(200, `{"keys":[${key}]}`), "ok +issuer i7: 1 key$"],
	];
	const issuers = cases.map(([issuer, jwks_url], i) => [`i${i}`, { issuer, jwks_url, audience: "us" }] as const);
	const out = await findings({ security: { auth: { mode: "jwt", issuers: Object.fromEntries(issuers) } } });
	for (const [, , words] of cases) expect(out).toMatch(new RegExp(`^${words}`, "m"));
	const own = { mode: "jwt", issuer: "us", jwks_url: `${ended}/keys`, audience: "us" };
	expect(await findings({ security: { auth: own } }, { NODE_EXTRA_CA_CERTS: caFile })).toMatch(
		/^failure +issuer us: certificate has expired/m,
	);
});

test("doctor says of each sink whether it takes deliveries, and sends no record", async () => {
	const { url, posts, server } = await receiver([200]);
	const plain = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
	await once(plain, "listening");
	closing.push(
		() => server.close(),
		() => plain.close(),
	);
	const kinds = { splunk_hec: { token: "secret-of-splunk" }, webhook: { secret: "secret-of-hook" }, otlp: {} };
	const over = (name: string, more: object): object[] =>
		Object.entries(kinds).map(([type, own]) => ({ name: `${name}-${type}`, type, ...own, ...more }));
	const syslog = (name: string, more: object): object => ({
		name,
		type: "syslog",
		host: "localhost",
		port: Number(new URL(unknown).port),
		...more,
	});
	const first = await findings({
		audit: {
			sinks: [
				...over("good", { url }),
				...over("barred", { url: await http(403) }),
				...over("lost", { url: LOST }),
				...over("untrusted", { url: unknown, on_failure: "closed" }),
				{ ...over("splunk", { url: await http(400) })[0] },
				{ ...over("strict", { url: await http(422) })[1] },
			],
		},
	});
	expect(first.match(/^ok +sink good-\w+ takes deliveries$/gm)).toHaveLength(3);
	expect(first.match(/^failure +sink barred-\w+: HTTP 403 — .*records are skipped/gm)).toHaveLength(3);
	expect(first.match(new RegExp(`^failure +sink lost-\\w+: .*${UNFOUND}`, "gm"))).toHaveLength(3);
	expect(first.match(/^failure +sink untrusted-\w+: .*certificate.* — .*no new work/gm)).toHaveLength(3);
	expect(first).toMatch(/^ok +sink splunk-splunk_hec takes deliveries$/m);
	expect(first).toMatch(/^warning +sink strict-webhook answers 422 to an empty delivery/m);
	expect(first).not.toContain("secret-of");
	expect(posts.map(({ body }) => body.includes('"seq"'))).toEqual([false, false, false]);
	symlinkSync(join(line.folder, "loop"), join(line.folder, "loop"));
	const second = await findings({
		audit: {
			sinks: [
				syslog("plain", { host: "127.0.0.1", port: (plain.address() as AddressInfo).port, tls: false }),
				syslog("closed", { port: await freePort(), tls: false }),
				syslog("untrusted", {}),
				syslog("unread", { ca_file: "/nowhere/ca.pem" }),
				{ name: "file", type: "file", path: join(line.folder, "made", "audit.jsonl") },
				{ name: "nofile", type: "file", path: "/proc/nowhere/audit.jsonl" },
				{ name: "folder", type: "file", path: line.folder },
				{ name: "device", type: "file", path: "/dev/null" },
				{ name: "loop", type: "file", path: join(line.folder, "loop") },
			],
		},
	});
	expect(second).toMatch(/^ok +sink plain takes deliveries$/m);
	expect(second).toMatch(/^failure +sink closed: .*ECONNREFUSED/m);
	expect(second).toMatch(/^failure +sink untrusted: .*certificate/m);
	expect(second).toMatch(/^failure +sink unread: ENOENT.*\/nowhere\/ca\.pem/m);
	expect(second).toMatch(/^ok +sink file can be written$/m);
	expect(second).toMatch(/^failure +sink nofile: ENOENT/m);
	expect(second).toMatch(/^failure +sink folder: .* is a folder, no file/m);
	expect(second).toMatch(/^failure +sink device: .* is a device, no file/m);
	expect(second).toMatch(/^failure +sink loop: ELOOP/m);
});

test("doctor looks at the database of searches and at the collector, without which the proxy serves", async () => {
	const port = await freePort();
	const lost = await findings({
		audit: { index_url: `postgres://audit:password-of-ours@127.0.0.1:${port}/audit` },
		telemetry: { otlp_endpoint: `http://127.0.0.1:${port}` },
	});
	expect(lost).toMatch(/^warning +the database of audit\.index_url cannot be used: .*ECONNREFUSED/m);
	expect(lost).toMatch(/^warning +the OpenTelemetry collector: .*ECONNREFUSED/m);
	expect(lost).not.toContain("password-of-ours");
	expect(await findings({ telemetry: { otlp_endpoint: await http(404) } })).toMatch(/^ok +the OpenTelemetry collector answers$/m);
	expect(await findings({}, { OTEL_EXPORTER_OTLP_ENDPOINT: await http(200) })).toMatch(/^ok +the OpenTelemetry collector answers$/m);
});
