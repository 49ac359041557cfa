import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ConfigSchema } from "../../src/config/schema.ts";
import type { Listener } from "../../src/edge/listener.ts";
import { hasUws, listenUws } from "../../src/edge/listener-uws.ts";
import { readTls, type TlsMaterial } from "../../src/edge/tls.ts";
import { listenerRefusal } from "../../src/session/error-body.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";

const ca = new CertificateAuthority();
const MATERIALS = ["one", "another"].map((name) => {
	const { certFile, keyFile } = ca.issue(name);
	const { tls } = ConfigSchema.parse({ server: { tls: { cert_file: certFile, key_file: keyFile } } }).server;
	const reading = readTls(tls);
	if (!reading.ok || reading.material === undefined) throw new Error("A certificate was made.");
	return reading.material;
}) as [TlsMaterial, TlsMaterial];

const open = async (): Promise<Listener> =>
	listenUws({
		host: "127.0.0.1",
		port: await freePort(),
		maxRequestSize: 1024,
		maxArrivingBytes: 1 << 20,
		requestTimeoutMs: 10_000,
		idleConnectionMs: 65_000,
		clientStallMs: 1000,
		refusal: listenerRefusal,
		tls: MATERIALS[0],
		handler: () => {},
	});

test.runIf(hasUws())("a renewal takes the connections that wait, but for those of a moment", async () => {
	const listener = await open();
	const clients = fork(new URL("../support/handshakes.ts", import.meta.url), [String(listener.port)], { execArgv: ["--import", "tsx"] });
	await once(clients, "message");
	const said = once(clients, "message");
	for (let i = 1; i <= 20; i++) {
		// A loop that is busy for a moment has connections that wait.
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
		await listener.renewTls(MATERIALS[i % 2] as TlsMaterial);
		await sleep(5);
	}
	clients.send("enough");
	const [{ made, lost }] = await said;
	await listener.close();
	expect(made).toBeGreaterThan(50);
	// A third of all is lost where the one socket closes as soon as the other is open.
	expect(lost).toBeLessThan(15);
});

test.runIf(hasUws())("a listener that closes renews no certificate, and ends the renewal that is under way", async () => {
	const listener = await open();
	await expect(Promise.all([listener.renewTls(MATERIALS[1]), listener.close()])).resolves.toBeDefined();
	await expect(listener.renewTls(MATERIALS[0])).rejects.toThrow("closing");
});
