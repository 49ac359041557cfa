import { expect, test } from "vitest";
import { WaitingEvents } from "../../../src/inspect/waiting-events.ts";
import type { EventData } from "../../../src/providers/provider.ts";

const block = { raw: "", event: undefined, byteLength: 100 };
const reading = (text: string, pauses?: string): EventData => ({
	kind: "data",
	places: text === "" ? [] : [{ kind: "delta", channel: "text", source: "text", from: 0, to: 0, text }],
	companions: [],
	finished: [],
	isOnlyText: false,
	note: undefined,
	...(pauses !== undefined && { pauses }),
});

test.each([
	["in one block", () => [reading("a")]],
	["in blocks of one letter", () => [reading("a"), reading("", "text")]],
])("text that decides nothing for long, %s, is tried ever more rarely: all tries together read it a few times over", (_name, more) => {
	const waiting = new WaitingEvents();
	waiting.beginSeam({ block, reading: reading("") }, "text");
	let read = 0;
	const decides = (_channel: string, before: string, after: string): boolean => {
		read += before.length + after.length;
		return false;
	};
	for (let i = 0; i < 1000; i++) for (const event of more()) expect(waiting.takes(block, event, decides)).toBe(true);
	expect(read).toBeGreaterThan(500);
	expect(read).toBeLessThan(3000);
	expect(waiting.take().events).toHaveLength(1 + 1000 * more().length);
});
