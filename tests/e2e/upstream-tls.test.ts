import { once } from "node:events";
import { createSecureServer } from "node:http2";
import { createServer as createTlsServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Certificate, CertificateAuthority } from "../support/certificates.ts";
import { CommandLine, type Serving } from "../support/command-line.ts";

const ca = new CertificateAuthority();
const ANSWER = JSON.stringify({
	id: "c1",
	object: "chat.completion",
	created: 1,
	model: "m",
	choices: [{ index: 0, message: { role: "assistant", content: "fine" }, finish_reason: "stop" }],
});
const servers: (TcpServer | Server)[] = [];
let line: CommandLine;
let serving: Serving;

/** Its port, on every address of this machine. */
async function listen(server: TcpServer | Server): Promise<number> {
	servers.push(server);
	server.on("tlsClientError", () => undefined);
	await once(server.listen(0), "listening");
	return (server.address() as AddressInfo).port;
}

const https = ({ cert, key }: Certificate, more: object = {}): Promise<number> =>
	listen(
		createTlsServer({ cert, key, ...more }, (_request, response) => response.setHeader("content-type", "application/json").end(ANSWER)),
	);
const tcp = (onData: (socket: import("node:net").Socket) => void): Promise<number> =>
	listen(createTcpServer((socket) => socket.on("error", () => undefined).once("data", () => onData(socket))));

/** Name of the provider, its host and port, and why it cannot be reached; absent: it answers. */
async function upstreams(): Promise<Readonly<Record<string, readonly [origin: string, cause?: RegExp]>>> {
	const good = ca.issue("good");
	return {
		"own-authority": [`https://localhost:${await https(good)}`],
		"another-host": [`https://127.0.0.2:${await https(good)}`, /^ERR_TLS_CERT_ALTNAME_INVALID$/],
		expired: [`https://localhost:${await https(ca.issue("old", "old", 0))}`, /^CERT_HAS_EXPIRED$/],
		stranger: [`https://localhost:${await https(new CertificateAuthority().issue("stranger"))}`, /^UNABLE_TO_(?:VERIFY|GET)/],
		"old-tls": [
			`https://localhost:${await https(good, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })}`,
			/^ERR_SSL_/,
		],
		"only-http2": [`https://localhost:${await listen(createSecureServer({ cert: good.cert, key: good.key }) as unknown as Server)}`, /./],
		"no-tls": [`https://localhost:${await tcp((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))}`, /^(?:ERR_SSL_|EPROTO)/],
		"reset-in-handshake": [`https://localhost:${await tcp((socket) => void socket.resetAndDestroy())}`, /^(?:ECONNRESET|UND_ERR_SOCKET)$/],
		"no-http": [`http://localhost:${await tcp((socket) => void socket.end("hello\r\n\r\n"))}`, /^(?:HPE_|HTTPParserError$)/],
		nowhere: ["http://no-such-host.invalid", /^(?:ENOTFOUND|EAI_AGAIN)$/],
		refused: ["http://127.0.0.1:1", /^ECONNREFUSED$/],
	};
}

let providers: Awaited<ReturnType<typeof upstreams>>;
beforeAll(async () => {
	CommandLine.build();
	line = new CommandLine();
	providers = await upstreams();
	const of = ([name, [origin]]: [string, readonly [string, RegExp?]]): string =>
		`${name}: { type: openai, base_url: "${origin}/v1", api_key: k, models: [${name}] }`;
	const config = line.file(
		"config.yaml",
		`server: { host: 127.0.0.1, port: 0, workers: 1 }
llm_providers: { ${Object.entries(providers).map(of).join(", ")} }
audit: { dir: "${line.folder}/audit" }
security: { rate_limiting: { requests_per_minute: 0, requests_per_hour: 0 } }`,
	);
	serving = await line.serve(config, { NODE_EXTRA_CA_CERTS: ca.certFile });
});
afterAll(() => {
	line?.close();
	for (const server of servers) server.close();
});

test("an upstream that cannot be reached is a 502, and the log says why; an authority of one's own is believed", async () => {
	for (const [name, [, cause]] of Object.entries(providers)) {
		const body = JSON.stringify({ model: name, messages: [{ role: "user", content: "hello" }] });
		const headers = { "content-type": "application/json" };
		const answer = await fetch(`http://127.0.0.1:${serving.port}/v1/chat/completions`, { method: "POST", headers, body });
		const text = await answer.text();
		expect([name, answer.status, text]).toEqual([
			name,
			cause === undefined ? 200 : 502,
			expect.stringContaining(cause === undefined ? "fine" : "upstream_unreachable"),
		]);
		if (cause === undefined) continue;
		const logged = await vi.waitUntil(() => serving.log.find((entry) => entry.includes(`"provider":"${name}"`)), { timeout: 60_000 });
		expect([name, JSON.parse(logged).attempts]).toEqual([name, [expect.objectContaining({ cause: expect.stringMatching(cause) })]]);
	}
});
