import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, test, vi } from "vitest";
import { CommandLine } from "../support/command-line.ts";
import { startChatUpstream } from "../support/mock-upstream.ts";

const NAME_SERVER = "127.0.0.54";
const A = 1;
/** A process of its own name servers needs a mount of its own; without root there is none. */
const mayMount = spawnSync("unshare", ["--mount", "true"]).status === 0;

const NXDOMAIN = 3;
/** What the name server knows. */
const KNOWN: ReadonlyMap<string, readonly number[]> = new Map([
	["up.test", [127, 0, 0, 1]],
	["good-issuer.svc.test", [127, 0, 0, 1]],
	["pinned-issuer.test", [127, 0, 0, 9]],
]);

/** A name server (RFC 1035) that knows a few names and does not answer for silent ones. Resolves with the names that it was asked for. */
async function startNameServer(): Promise<{ readonly asked: Set<string>; close(): void }> {
	const asked = new Set<string>();
	const socket = createSocket("udp4");
	socket.on("message", (query, { port, address }) => {
		const end = query.indexOf(0, 12);
		const name = query.toString("latin1", 13, end).replace(/[^\w-]/g, ".");
		asked.add(name);
		if (name.startsWith("silent")) return;
		const known = KNOWN.get(name);
		const isGiven = known !== undefined && query.readUInt16BE(end + 1) === A;
		const code = known === undefined ? NXDOMAIN : 0;
		const head = Buffer.from([...query.subarray(0, 2), 0x81, 0x80 | code, 0, 1, 0, isGiven ? 1 : 0, 0, 0, 0, 0]);
		const answer = isGiven ? [0xc0, 12, 0, A, 0, 1, 0, 0, 0, 1, 0, 4, ...known] : [];
		socket.send(Buffer.concat([head, query.subarray(12, end + 5), Buffer.from(answer)]), port, address);
	});
	socket.bind(53, NAME_SERVER);
	await once(socket, "listening");
	return { asked, close: () => socket.close() };
}

test.runIf(mayMount)(
	"names of Redis, a sink and an issuer that nobody answers for cost nothing else: what was never looked up is found, short names and those of the hosts file too",
	async () => {
		CommandLine.build();
		const line = new CommandLine();
		const names = await startNameServer();
		const upstream = await startChatUpstream(["fine"]);
		const { publicKey, privateKey } = await generateKeyPair("ES256");
		const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }] });
		const issuer = createServer((_request, response) => response.end(keys)).listen(0, "127.0.0.1");
		await once(issuer, "listening");
		const { port } = issuer.address() as AddressInfo;
		const audience = "audience: llm, algorithms: [ES256]";
		const config = line.file(
			"config.yaml",
			`server: { host: 127.0.0.1, port: 0, workers: 1 }
llm_providers: { up: { type: openai, base_url: "${upstream.url.replace("127.0.0.1", "up.test")}", api_key: k } }
shared_state: { redis_url: "redis://silent-redis.test" }
audit: { dir: "${line.folder}/audit", sinks: [{ name: s, type: otlp, url: "http://silent-sink.test" }] }
security:
  auth:
    mode: jwt
    issuers:
      silent: { issuer: silent, jwks_url: "http://silent-issuer.test", ${audience} }
      good: { issuer: good, jwks_url: "http://good-issuer:${port}", ${audience} }
      pinned: { issuer: pinned, jwks_url: "http://Pinned-Issuer.test:${port}", ${audience} }
`,
		);
		// As in a Kubernetes pod.
		line.file("resolv.conf", `nameserver ${NAME_SERVER}\nsearch empty.test svc.test\noptions ndots:5\n`);
		line.file("hosts", "127.0.0.1 localhost\n127.0.0.1\tother pinned-issuer.test # hostAliases\n");
		const mounts = ["resolv.conf", "hosts"].map((name) => `mount --bind ${line.folder}/${name} /etc/${name}`);
		const script = `${mounts.join(" && ")} && exec "$@"`;
		line.runner = ["unshare", "--mount", "sh", "-c", script, "sh"];
		const proxy = await line.serve(config);
		const ask = async (from: string): Promise<number> => {
			const token = new SignJWT({}).setProtectedHeader({ alg: "ES256", kid: "one" }).setIssuer(from).setAudience("llm").setSubject("a");
			const answer = await fetch(`http://127.0.0.1:${proxy.port}/v1/chat/completions`, {
				method: "POST",
				headers: { authorization: `Bearer ${await token.setExpirationTime("1h").sign(privateKey)}` },
				body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hello" }] }),
			});
			await answer.text();
			return answer.status;
		};
		expect(await ask("silent")).toBe(503);
		const silent = (): Set<string> => new Set([...names.asked].flatMap((name) => /^silent-\w+/.exec(name)?.[0] ?? []));
		await vi.waitFor(() => expect(silent().size).toBe(3), { timeout: 60_000 });
		// Redis is asked for again every two seconds; that must not add up.
		for (let i = 0; i < 4; i++) expect(await ask("silent")).toBe(503);
		expect(await ask("good")).toBe(200);
		expect(await ask("pinned")).toBe(200);
		line.close();
		names.close();
		upstream.close();
		issuer.close();
	},
	180_000,
);
