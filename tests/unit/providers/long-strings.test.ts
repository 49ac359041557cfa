import { expect, test } from "vitest";
import { providerOf } from "../../../src/providers/registry.ts";

/**
 * One long string that nearly has a form which is looked for. Read in time that grows with the square of its length, it would
 * take a lane minutes, and a client that sends it would take the lanes away from all others.
 */
const UNITS = 100_000;
const FILE = `UklGR${"A".repeat(52)}`;
const HEADS = ["", "data:", "data:a/b", "data:a/b;c=", "data:a/b;base64", FILE, `${FILE}=`];
const PUMPS = ["a", "A1+/", "\n", "\r\n", " ", "\t", "\n ", "=", ";", "/", ".", "%", "%41", "call_1"];
const TAILS = ["", "!", ",", "=", ";base64"];

test("costs no more than its length, wherever it stands in a request", () => {
	for (const head of HEADS) {
		for (const pump of PUMPS) {
			for (const tail of TAILS) {
				const text = head + pump.repeat(UNITS / pump.length) + tail;
				const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: text }], unknown: text });
				expect(providerOf("openai-chat").readRequest(body, "").kind).toBe("data");
			}
		}
	}
});

test.each([
	["a data URL of text", "data:text/plain;charset=utf-8,hello", "hello"],
	["one without a type", "data:,hello", "hello"],
	["one in base64", `data:text/plain;base64,${btoa("hello")}`, "hello"],
])("%s is read", (_what, url, text) => {
	const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "b" }], unknown: url });
	const reading = providerOf("openai-chat").readRequest(body, "");
	expect(reading.kind === "data" && reading.places.map((place) => place.text)).toContain(text);
});

test.each(["", "\n", "=", "==\r\n", " \n ", "= \t\n"])("a file in base64 is one with %j at its end", (end) => {
	const event = JSON.stringify({ choices: [{ index: 0, delta: { picture: FILE + end } }] });
	const { stream } = providerOf("openai-chat");
	expect(stream?.read(event, undefined, stream.newMemory())).toMatchObject({ kind: "fault", code: "channel_not_inspected" });
});
