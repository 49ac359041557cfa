import { expect, test } from "vitest";
import { chatToMessages } from "../../../src/providers/translate/chat-to-messages.ts";

const translated = (source: string) =>
	chatToMessages(
		{ model: "m", messages: [{ role: "assistant", tool_calls: [{ id: "c", function: { name: "f", arguments: source } }] }] },
		{ openaiField: "max_tokens", maxTokens: 9 },
	);
const nested = (depth: number): string => `{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

test.each([
	["JSON that is not whole", "{"],
	["a list", "[1]"],
	["a member named twice", '{"x":1,"x":2}'],
	["JSON too deep for a request body", nested(200)],
	["JSON too deep to be written again", nested(50_000)],
])("arguments that are %s cannot be translated", (_what, source) => {
	expect(translated(source)).toMatchObject({ ok: false, param: "messages[0].tool_calls[0].function.arguments" });
});

test.each(["", " ", "{}", nested(9)])("arguments %j are translated", (source) => {
	expect(translated(source)).toMatchObject({ ok: true });
});
