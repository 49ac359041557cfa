import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from "node:tls";
import OpenAI from "openai";
import { Agent, fetch as undiciFetch } from "undici";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { type Certificate, CertificateAuthority } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { proxyConfig, startProxy } from "../support/proxy.ts";

const ca = new CertificateAuthority();
let upstream: MockUpstream;
let held: { end(): void } | undefined;

beforeAll(async () => {
	upstream = await startMockUpstream((response, body) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		if (!body.includes("hold")) return void response.end(chatEvents(["over ", "TLS"]).join(""));
		response.write(chatEvents(["begun "], null).join(""));
		held = { end: () => response.end(chatEvents(["and ended"]).slice(1).join("")) };
	});
});
afterAll(() => upstream.close());

/** A handshake; the certificate the server showed. */
async function handshake(port: number, options: ConnectionOptions = {}): Promise<PeerCertificate> {
	const socket: TLSSocket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: ca.cert, ...options });
	try {
		await once(socket, "secureConnect");
		return socket.getPeerCertificate();
	} finally {
		socket.destroy();
	}
}

function openai(port: number, connectOptions: { cert?: Buffer; key?: Buffer } = {}): OpenAI {
	const dispatcher = new Agent({ connect: { ca: ca.cert, ...connectOptions } });
	const fetch = ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
	return new OpenAI({ baseURL: `https://localhost:${port}/v1`, apiKey: "k", maxRetries: 0, fetch });
}

async function textOf(client: OpenAI, content = "hi"): Promise<string> {
	const stream = await client.chat.completions.create({ model: "m", stream: true, messages: [{ role: "user", content }] });
	let text = "";
	for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
	return text;
}

function configOf(kind: string, certificate: Pick<Certificate, "certFile" | "keyFile">, more: object = {}): Record<string, unknown> {
	return { listener: kind, workers: 1, tls: { cert_file: certificate.certFile, key_file: certificate.keyFile, ...more } };
}

describe.each(["uws", "node"] as const)("the %s listener", (kind) => {
	// Certificates are renewed in place, as by certbot and by Kubernetes.
	const inUse = { certFile: join(ca.folder, `${kind}-in-use.pem`), keyFile: join(ca.folder, `${kind}-in-use.key`) };
	const install = ({ certFile, keyFile }: Certificate): void => {
		copyFileSync(certFile, inUse.certFile);
		copyFileSync(keyFile, inUse.keyFile);
	};
	let proxy: Proxy;

	beforeAll(async () => {
		install(ca.issue("first"));
		proxy = await startProxy(upstream.url, "", undefined, { server: { ...configOf(kind, inUse), port: await freePort() } });
	});
	afterAll(() => proxy.drain());

	const reload = (): ReturnType<Proxy["reload"]> => proxy.reload(proxyConfig(upstream.url, "", { server: configOf(kind, inUse) }));

	test("serves an SDK over TLS 1.3 and 1.2, and names no server", async () => {
		expect(proxy.listener).toBe(kind);
		expect(await textOf(openai(proxy.port))).toBe("over TLS");
		for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
			expect((await handshake(proxy.port, { minVersion: version, maxVersion: version })).subject.CN).toBe("first");
		}
		const dispatcher = new Agent({ connect: { ca: ca.cert } });
		const { headers } = await undiciFetch(`https://localhost:${proxy.port}/health`, { dispatcher });
		expect([...headers.keys()].filter((name) => /server|uwebsockets|powered/i.test(name))).toEqual([]);
	});

	test("refuses older versions, and a client that speaks plain HTTP", async () => {
		const old = handshake(proxy.port, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
		await expect(old).rejects.toThrow();
		await expect(fetch(`http://127.0.0.1:${proxy.port}/health`)).rejects.toThrow();
		expect(await textOf(openai(proxy.port))).toBe("over TLS");
	});

	test("a reload renews the certificate for new connections, and an open answer goes on", async () => {
		const open = textOf(openai(proxy.port), "hold").catch((error: Error) => error.message);
		await vi.waitFor(() => expect(held).toBeDefined(), { timeout: 60_000 });
		install(ca.issue("second"));
		expect(await reload()).toEqual({ ok: true });
		await vi.waitFor(async () => expect((await handshake(proxy.port)).subject.CN).toBe("second"), { timeout: 60_000 });
		held?.end();
		held = undefined;
		expect(await open).toBe("begun and ended");
		expect(await textOf(openai(proxy.port))).toBe("over TLS");
	});

	test("a reload with the certificate that is served loses no connection, and one that meets the end is refused", async () => {
		const port = await freePort();
		const own = await startProxy(upstream.url, "", undefined, { server: { ...configOf(kind, inUse), port } });
		const again = (): ReturnType<Proxy["reload"]> => own.reload(proxyConfig(upstream.url, "", { server: configOf(kind, inUse) }));
		let isOver = false;
		const connecting = Promise.all(
			Array.from({ length: 4 }, async () => {
				while (!isOver) await handshake(port);
			}),
		);
		for (let i = 0; i < 6; i++) expect(await again()).toEqual({ ok: true });
		isOver = true;
		await connecting;
		const under = again();
		await own.drain();
		expect((await under).ok).toBe(false);
		expect(await again()).toMatchObject({ ok: false, faults: [{ message: "the proxy is ending" }] });
	});

	test("a reload with files that do not belong together changes nothing and says why", async () => {
		copyFileSync(ca.issue("third").keyFile, inUse.keyFile);
		const message = `${inUse.keyFile} is not the key of the certificate`;
		expect(await reload()).toMatchObject({ ok: false, faults: [{ path: "server.tls.key_file", message }] });
		expect((await handshake(proxy.port)).subject.CN).toBe("second");
	});
});

test("with client_ca_file only clients with a certificate of that authority are served", async () => {
	const server = configOf("auto", ca.issue("server"), { client_ca_file: ca.certFile });
	const proxy = await startProxy(upstream.url, "", undefined, { server });
	expect(proxy.listener).toBe("node");
	expect(await textOf(openai(proxy.port, ca.issue("client")))).toBe("over TLS");
	const stranger = new CertificateAuthority().issue("stranger");
	await expect(textOf(openai(proxy.port, stranger))).rejects.toThrow(/Connection error/);
	await expect(textOf(openai(proxy.port))).rejects.toThrow(/Connection error/);
	await expect(startProxy(upstream.url, "", undefined, { server: { ...server, listener: "uws" } })).rejects.toThrow(/listener: node/);
	await proxy.drain();
});

describe("files that cannot be used are a fault that names key and remedy, and nothing is started", () => {
	const good = ca.issue("good");
	const text = join(ca.folder, "text.pem");
	writeFileSync(text, "not a certificate");
	test.each([
		["a missing certificate", { certFile: "/nonexistent.pem", keyFile: good.keyFile }, "cert_file", "ENOENT"],
		["no certificate", { certFile: text, keyFile: good.keyFile }, "cert_file", "no PEM certificate"],
		["no key", { certFile: good.certFile, keyFile: text }, "key_file", "no PEM key"],
		["no authority", good, "client_ca_file", "no PEM certificate"],
	])("%s", async (_what, certificate, key, reason) => {
		const server = configOf("auto", certificate, key === "client_ca_file" ? { client_ca_file: text } : {});
		await expect(startProxy(upstream.url, "", undefined, { server })).rejects.toThrow(new RegExp(`server\\.tls\\.${key}.*${reason}`));
	});

	test("a certificate without a key", () => {
		expect(() => proxyConfig(upstream.url, "", { server: configOf("auto", { certFile: good.certFile, keyFile: "" }) })).toThrow(
			/server\.tls\.key_file/,
		);
	});
});
