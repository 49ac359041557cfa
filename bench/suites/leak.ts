import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTick } from "node:timers/promises";
import { pick, random, randomSlices } from "../../tests/support/random.ts";
import { LITELLM } from "../contestants/litellm.ts";
import { PORTKEY } from "../contestants/portkey.ts";
import { OURS_DEFAULT } from "../contestants/secure-llm-proxy.ts";
import { type Entrant, startAll } from "../contestants/start-all.ts";
import { text } from "../fixtures/texts.ts";
import { deltaEvent, LAST_EVENTS, promptOf, streamOf } from "../fixtures/workload.ts";
import { distribution } from "../report/distribution.ts";
import type { Suite } from "./suite.ts";

/** Made up, and assembled here so that scanners of this repository do not report them. Both guards claim all of these. */
const SECRETS: Readonly<Record<string, string>> = {
	"e-mail": ["qxz.morgenstern", "example.com"].join("@"),
	"US SSN": ["457", "55", "5462"].join("-"),
	"card (Visa)": ["4111", "1111", "1111", "1111"].join(" "),
	"AWS access key": ["AKIA", "IOSFODNN7", "EXAMPLE"].join(""),
	"GitHub token": ["ghp", "16C7e42F292c6912E7710c838347Ae178B4a"].join("_"),
};

interface Plant {
	readonly kind: string;
	readonly secret: string;
	readonly deltas: readonly string[];
}

/** Characters of planted secrets that reach the client, at random chunkings. */
export const leakSuite: Suite = async (effort, log) => {
	const plants = plantsOf(effort.kind === "smoke" ? 10 : 200);
	const workDir = mkdtempSync(join(tmpdir(), "bench-leak-"));
	const upstream = await startUpstream(plants);
	const list = effort.kind === "smoke" ? [OURS_DEFAULT] : [OURS_DEFAULT, LITELLM, PORTKEY];
	const { entrants, absent } = await startAll(list, upstream.port, workDir, log);
	try {
		const rows: (string | number)[][] = [];
		const data: Record<string, unknown> = {};
		for (const entrant of entrants) {
			log(`leaks: ${entrant.contestant.name}`);
			const leaked = await leaksOf(entrant, plants);
			data[entrant.contestant.name] = leaked;
			const all = distribution(leaked.map(({ characters }) => characters));
			const whole = leaked.filter(({ kind, characters }) => characters === SECRETS[kind]?.length).length;
			const share = leaked.filter(({ characters }) => characters > 0).length / leaked.length;
			rows.push([
				entrant.contestant.name,
				`${(share * 100).toFixed(1)} %`,
				all.mean,
				all.max,
				`${((whole / leaked.length) * 100).toFixed(1)} %`,
			]);
		}
		return {
			tables: [
				{
					title: `Leaks: ${plants.length} answers with one planted secret each, cut at random`,
					note: "characters from the secret's first one on that a client could read (runs of three and more)",
					columns: ["", "answers with a leak", "characters, mean", "max", "whole secret"],
					rows,
				},
			],
			data: { absent, leaked: data },
		};
	} finally {
		await Promise.all(entrants.map(({ running }) => running.stop()));
		upstream.close();
		rmSync(workDir, { recursive: true, force: true });
	}
};

function plantsOf(count: number): Plant[] {
	const next = random(17);
	const kinds = Object.keys(SECRETS);
	return Array.from({ length: count }, (_, i) => {
		const kind = kinds[i % kinds.length] as string;
		const secret = SECRETS[kind] ?? "";
		const whole = `${text("prose", 60 + Math.floor(next() * 200), i)} ${secret} ${text("prose", 120, i + 1000)}`;
		return { kind, secret, deltas: randomSlices(whole, pick([1, 4, 8, 40], next), next) };
	});
}

async function startUpstream(plants: readonly Plant[]): Promise<{ readonly port: number; close(): void }> {
	const server = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request) body += String(chunk);
		const plant = plants[streamOf(body)];
		if (request.method !== "POST" || plant === undefined) return void response.writeHead(404).end();
		response.writeHead(200, { "content-type": "text/event-stream" });
		for (const delta of plant.deltas) {
			response.write(deltaEvent(delta, "content", false));
			await nextTick();
		}
		response.end(LAST_EVENTS);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

async function leaksOf({ running }: Entrant, plants: readonly Plant[]): Promise<{ readonly kind: string; readonly characters: number }[]> {
	const leaked: { kind: string; characters: number }[] = [];
	for (const [i, { kind, secret }] of plants.entries()) {
		const { origin, path, headers } = running.target;
		const body = JSON.stringify({ model: "bench", stream: true, messages: [{ role: "user", content: promptOf(i, 100) }] });
		const answer = await fetch(origin + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
		const raw = await answer.text();
		if (answer.status !== 200) throw new Error(`status ${answer.status}: ${raw.slice(0, 200)}`);
		leaked.push({ kind, characters: visible(secret, contentOf(raw)) });
	}
	return leaked;
}

function contentOf(raw: string): string {
	const events = [...raw.matchAll(/^data: (\{.*)$/gm)].map(
		([, json]) => JSON.parse(json ?? "{}") as { choices?: { delta?: { content?: string } }[] },
	);
	return events.map(({ choices }) => choices?.[0]?.delta?.content ?? "").join("");
}

/** Length of the longest beginning of the secret in the text; shorter than three characters is chance. */
function visible(secret: string, content: string): number {
	let length = secret.length;
	while (length >= 3 && !content.includes(secret.slice(0, length))) length--;
	return length < 3 ? 0 : length;
}
