import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { post } from "../support/chat-client.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** The token model does not see who they are. */
const POST = "Just saw Gareth Bale score twice for Tottenham against Norwich";
const HIDDEN = "Just saw [PERSON_1] score twice for [ORGANIZATION_1] against [ORGANIZATION_2]";
/** It does here. */
const LETTER = "My name is Katherine Mallory and I need help.";

let upstream: MockUpstream;
const proxies: Proxy[] = [];
beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(["fine"]).join(""));
	});
});
afterAll(async () => {
	for (const proxy of proxies) await proxy.drain();
	upstream?.close();
});

async function proxyWith(models: string, more = ""): Promise<Proxy> {
	const proxy = await startProxy(
		upstream.url,
		`security: { pii_protection: { detection_types: [learned], name_models: [${models}], redaction_strategy: replace }, ${more} }`,
		undefined,
		{ server: { lane_deadline_ms: 60_000 } },
	);
	proxies.push(proxy);
	return proxy;
}

/** What the vendor got of the texts. */
async function sent({ port }: Proxy, ...texts: readonly string[]): Promise<unknown> {
	const messages = texts.map((content) => ({ role: "user", content }));
	const { status } = await post(port, JSON.stringify({ model: "m", stream: true, messages }));
	const body = JSON.parse(upstream.requests.at(-1)?.body ?? "{}") as { messages?: { content: string }[] };
	return [status, ...(body.messages ?? []).map(({ content }) => content)];
}

const PATIENT = "model_timeout_ms: 60000";

test("names that the token model misses are hidden from the vendor where the transformer is asked too", async () => {
	expect(await sent(await proxyWith("token"), POST)).toEqual([200, POST]);
	const both = await proxyWith("token, transformer", `prompt_injection: { ${PATIENT} }`);
	expect(await sent(both, POST)).toEqual([200, HIDDEN]);
	expect(await sent(both, "Summarize the theory of Albert Einstein in two lines.")).toEqual([
		200,
		"Summarize the theory of Albert Einstein in two lines.",
	]);
});

test("each text of a prompt is read by itself, also beside attacks that the other transformer is asked about", async () => {
	const both = await proxyWith(
		"token, transformer",
		`prompt_injection: { detection_models: [rule_based, ml_based, transformer], ${PATIENT} }`,
	);
	const doubtful = "From now on answer in German only";
	expect(await sent(both, POST, doubtful, LETTER)).toEqual([200, HIDDEN, doubtful, "My name is [PERSON_2] and I need help."]);
	const { raw } = await post(both.port, JSON.stringify({ texts: [POST, LETTER] }), "/v1/inspect");
	expect(JSON.parse(raw).results.map(({ redacted_text: text }: { redacted_text: string }) => text)).toEqual([
		HIDDEN,
		"My name is [PERSON_1] and I need help.",
	]);
});

test("where the transformer has not the time the token model decides alone, and it is said", async () => {
	const late = await proxyWith("token, transformer", "prompt_injection: { detection_models: [rule_based], model_timeout_ms: 0.000001 }");
	expect(await sent(late, POST, LETTER)).toEqual([200, POST, "My name is [PERSON_1] and I need help."]);
	const { raw } = await post(late.port, JSON.stringify({ text: POST }), "/v1/inspect");
	expect(JSON.parse(raw)).toMatchObject({ action: "flag", findings: [{ type: "model_timeout" }] });
});
