import { expect, test } from "vitest";
import { providerOf } from "../../../src/providers/registry.ts";

test("a long number among the counts is not said again at the end of a cut answer", () => {
	const format = providerOf("openai-chat").stream;
	if (format === undefined) throw new Error("it streams");
	const memory = format.newMemory();
	const usage = { total_tokens: 5, details: { added: 4111111111111111 } };
	const reading = format.read(JSON.stringify({ choices: [{ index: 0, delta: { content: "a" } }], usage }), undefined, memory);
	if (reading.kind !== "data") throw new Error(reading.kind);
	format.note(memory, reading.note);
	const end = format.cut(memory, undefined, { get: () => undefined, keys: () => [] }, "other");
	expect(end).toContain('"total_tokens":5');
	expect(end).not.toContain("4111111111111111");
});
