import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ANSWERS, startTwoVendors, type TwoVendors } from "../support/two-vendors.ts";

/** A stream's lines may end with LF, CR LF or CR alone (WHATWG HTML, "Parsing an event stream"); translated, all three say the same. */
let usual: TwoVendors;
beforeAll(async () => {
	usual = await startTwoVendors();
});
afterAll(() => usual?.close());

const openai = async ({ openaiClient }: TwoVendors, content: string): Promise<object> => {
	const request = { model: "claude-x", messages: [{ role: "user" as const, content }], stream_options: { include_usage: true } };
	const { choices, usage } = await openaiClient.chat.completions.stream(request).finalChatCompletion();
	return { choices, usage };
};
const anthropic = async ({ anthropicClient }: TwoVendors, content: string): Promise<object> =>
	anthropicClient.messages.stream({ model: "gpt-x", max_tokens: 50, messages: [{ role: "user", content }] }).finalMessage();
/** An answer, or the error that its client raises. */
const settled = (answer: Promise<object>): Promise<object> =>
	answer.catch((error: Error) => ({ name: error.name, message: error.message }));

describe.each([
	["CR", "\r"],
	["CR LF", "\r\n"],
])("an upstream whose lines end with %s", (_name, lineEnd) => {
	let vendors: TwoVendors;
	beforeAll(async () => {
		vendors = await startTwoVendors(lineEnd);
	});
	afterAll(() => vendors?.close());

	test.each(Object.keys(ANSWERS))("says '%s' to either client as it does with LF", async (name) => {
		for (const ask of [openai, anthropic]) {
			const answer = await settled(ask(vendors, name));
			expect(answer).toEqual(await settled(ask(usual, name)));
			expect(JSON.stringify(answer)).not.toMatch(/jane\.doe|AKIA/);
		}
	});

	test("and breaks off, a client can tell", async () => {
		for (const ask of [openai, anthropic]) await expect(ask(vendors, "truncated")).rejects.toThrow();
	});
});
