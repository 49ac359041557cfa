import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Proxy } from "../../src/proxy.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

const PROMPT = "Hi, my name is Katherine Mallory. Please write an email to Priya Raman at Hartwell Logistics Inc.";
const ANSWER = ["Dear Mr", ". Oster", "hagen, we ", "moved to 22 Har", "bour Street, Apt 5", ", Portsmouth. ", "See you!"];

let upstream: MockUpstream;
const proxies: Proxy[] = [];

beforeAll(async () => {
	upstream = await startMockUpstream((response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(chatEvents(ANSWER).join(""));
	});
});
afterAll(async () => {
	await Promise.all(proxies.map((proxy) => proxy.drain()));
	upstream?.close();
});

/** What the model is asked and what the caller gets, with this `security`. */
async function exchange(security: object): Promise<{ prompt: string; answer: string }> {
	const proxy = await startProxy(upstream.url, `security: ${JSON.stringify(security)}`);
	proxies.push(proxy);
	const client = new OpenAI({ apiKey: "c", baseURL: `http://127.0.0.1:${proxy.port}/v1`, maxRetries: 0 });
	let answer = "";
	for await (const { choices } of await client.chat.completions.create({
		model: "m",
		stream: true,
		messages: [{ role: "user", content: PROMPT }],
	}))
		answer += choices[0]?.delta.content ?? "";
	const { messages } = JSON.parse(upstream.requests.at(-1)?.body ?? "") as { messages: { content: string }[] };
	return { prompt: messages[0]?.content ?? "", answer };
}

test("the group of personal data covers names in prompts, and no answer waits for it", async () => {
	const { prompt, answer } = await exchange({ pii_protection: { detection_types: ["pii"], redaction_strategy: "replace" } });
	expect(prompt).toBe("Hi, my name is [PERSON_1]. Please write an email to [PERSON_2] at [ORGANIZATION_1].");
	expect(answer).toBe(ANSWER.join(""));
});

test("answers are looked at where the policy names them", async () => {
	const { prompt, answer } = await exchange({
		pii_protection: { redaction_strategy: "replace" },
		response_filtering: { detection_types: ["person", "address"] },
	});
	expect(prompt).toBe(PROMPT);
	expect(answer).toBe("Dear Mr. [PERSON_1], we moved to [ADDRESS_1]. See you!");
});
