import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chat, chatStream } from "../support/chat-client.ts";
import { CommandLine } from "../support/command-line.ts";
import { chatEvents, type MockUpstream, startMockUpstream } from "../support/mock-upstream.ts";

/** The Node of the image; the tests run with the oldest one that is supported. */
const line = new CommandLine();
let upstream: MockUpstream;

beforeAll(async () => {
	CommandLine.build();
	line.node = execFileSync("bash", ["script/test-node"], { encoding: "utf8" }).trim();
	upstream = await startMockUpstream(async (response, body) => {
		if (JSON.parse(body).stream !== true) {
			response.writeHead(200, { "content-type": "application/json" });
			response.end(JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" }] }));
			return;
		}
		response.writeHead(200, { "content-type": "text/event-stream" });
		const [first = "", ...rest] = chatEvents(["begun ", "and ", "ended"]);
		response.write(first);
		// Text and end of the answer in one piece, behind its beginning.
		await sleep(20);
		response.end(rest.join(""));
	});
});
afterAll(() => {
	line.close();
	upstream?.close();
});

const config = (listener: string): string => `
server: { host: 127.0.0.1, port: 0, workers: 1, listener: ${listener} }
llm_providers: { up: { type: openai, base_url: "${upstream.url}", api_key: k } }
audit: { dir: "${line.folder}/audit" }
`;

test.each(["auto", "node"])("answers are whole, also where another one follows on the connection (listener %s)", async (listener) => {
	const proxy = await line.serve(line.file(`${listener}.yaml`, config(listener)));
	for (let i = 0; i < 3; i++) {
		expect(await chatStream(proxy.port, "hi")).toMatchObject({ text: "begun and ended", finish: "stop", isDone: true });
		expect(await chat(proxy.port, "hi", false)).toMatchObject({ text: "whole", finish: "stop" });
	}
	proxy.child.kill("SIGTERM");
	expect(await proxy.exited).toEqual([0, null]);
});
