import { beforeAll, expect, test } from "vitest";
import { createResponseFilter } from "../../../src/inspect/response-filter.ts";
import type { StreamFormat } from "../../../src/providers/provider.ts";
import { providerOf } from "../../../src/providers/registry.ts";
import type { ScannerProgram } from "../../../src/scanner/text-scanner.ts";
import { sseEvent } from "../../../src/wire/sse-encoder.ts";
import { nothingToFind } from "../../support/scanner-program.ts";

let program: ScannerProgram;
beforeAll(async () => {
	program = await nothingToFind();
});

const chat = (content: string, count: number): string =>
	JSON.stringify({
		id: "c",
		choices: [{ index: 0, delta: { content }, finish_reason: null }],
		usage: { prompt_tokens: 9, completion_tokens: count },
	});
const gemini = (text: string, count: number): string =>
	JSON.stringify({
		candidates: [{ content: { parts: [{ text }] }, index: 0 }],
		usageMetadata: { promptTokenCount: 9, candidatesTokenCount: count },
	});

test.each([
	["openai-chat", chat, 1],
	["openai-chat", chat, 4],
	["gemini-generate", gemini, 1],
	["gemini-generate", gemini, 4],
] as const)("%s: what an answer that breaks off has used is what its last event says (%#)", (api, event, together) => {
	const format = providerOf(api).stream as StreamFormat;
	const style = { strategy: "mask", key: new Uint8Array(32) } as const;
	const filter = createResponseFilter({
		...{ format, api, program, style },
		...{ onCut: "end", maxBlockBytes: 1 << 16, maxChannels: 4, choices: 1 },
	});
	for (let sent = 1; sent <= 13; sent += together) {
		const events = Array.from({ length: together }, (_, i) => sseEvent(event(" word", sent + i)));
		const chunk = Buffer.from(events.join(""));
		if (filter.pushPlain?.(chunk) === undefined) filter.push(chunk);
		expect(filter.usage()).toMatchObject({ input: 9, output: sent + together - 1 });
	}
	filter.close();
});
