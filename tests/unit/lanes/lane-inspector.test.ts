import { beforeAll, expect, test } from "vitest";
import { packState, unpackState } from "../../../src/lanes/codec.ts";
import { createLaneInspector, type LaneInspector } from "../../../src/lanes/lane-inspector.ts";
import type { FromLane } from "../../../src/lanes/protocol.ts";
import { createHyperscanEngine } from "../../../src/scanner/engine-hyperscan.ts";
import { chatEvents } from "../../support/mock-upstream.ts";
import { policyMessage } from "../../support/policy-message.ts";

/** Bytes of the widest scan, and matches of the richest, since the last reset. */
let widest = 0;
let richest = 0;
let lane: LaneInspector;
let policyId = "";

beforeAll(async () => {
	const message = await policyMessage();
	policyId = message.policy.id;
	lane = createLaneInspector({
		pack: packState,
		unpack: unpackState,
		secretKey: new Uint8Array(32),
		createEngine(rules, artifact) {
			const engine = createHyperscanEngine(rules, artifact);
			return {
				maxWidth: engine.maxWidth,
				openStream() {
					const stream = engine.openStream();
					return {
						scan(window, heldFrom, newFrom, end, matches) {
							const release = stream.scan(window, heldFrom, newFrom, end, matches);
							widest = Math.max(widest, end - newFrom);
							richest = Math.max(richest, matches.size);
							return release;
						},
						finish: (window, heldFrom, end, matches) => stream.finish(window, heldFrom, end, matches),
						close: () => stream.close(),
					};
				},
			};
		},
	});
	lane.handle(message);
});

/** The outputs for a whole answer made of these pieces. */
function answer(pieces: Iterable<string>): (FromLane & { kind: "output" })[] {
	return allOf(pieces).filter((item) => item.kind === "output");
}

function allOf(pieces: Iterable<string>): (FromLane & { kind: "output" | "passed" })[] {
	lane.handle({ kind: "open", sid: 1, policyId, api: "openai-chat", mode: "stream" });
	const outputs = [...pieces].flatMap((piece) => lane.handle({ kind: "data", sid: 1, bytes: Buffer.from(piece) }));
	outputs.push(...lane.handle({ kind: "end", sid: 1 }));
	return outputs.filter((item) => item.kind === "output" || item.kind === "passed");
}

/** What goes out for each of the pieces, in turn. */
function written(pieces: readonly string[]): string[] {
	return allOf(pieces).map((item, i) => (item.kind === "passed" ? (pieces[i] as string) : Buffer.from(item.bytes ?? []).toString()));
}

const [ROLE = "", ...END] = chatEvents([]);
const event = (text: string): string => chatEvents([text])[1] ?? "";

test.each(["a@b.co ", "4111 1111 1111 1111,", "\u{1f600}", "words "])(
	"a delta of 300 kB of %j is inspected in slices, and as if it had come in them",
	(text) => {
		const long = text.repeat(Math.floor(300_000 / Buffer.byteLength(text)));
		widest = richest = 0;
		const outputs = answer([ROLE + event(long) + END.join("")]);
		// Findings that wait together are looked through for each new one, so they must be few.
		expect(widest).toBeLessThan(20_000);
		expect(richest).toBeLessThan(20_000);
		const sliced = answer([ROLE + (long.match(/.{1,500}/gsu) ?? []).map(event).join("") + END.join("")]);
		expect(outputs.at(-1)).toMatchObject({ ended: "complete", found: sliced.at(-1)?.found });
	},
);

test("the state of a stream does not grow with its findings, and all of them are counted", () => {
	const outputs = answer([ROLE, ...Array.from({ length: 3000 }, () => event("a@b.co ")), ...END]);
	const sizes = outputs.flatMap(({ resume }) => (resume === undefined ? [] : [resume.length]));
	expect(Math.max(...sizes)).toBeLessThan(2 * (sizes[1] as number));
	expect(outputs.at(-1)?.found?.counts).toEqual({ email: 3000 });
});

test("what cannot be translated at all ends its request or answer closed, and the lane goes on", () => {
	const sid = 7;
	const body = Buffer.from("{}");
	const request = { api: "gemini-generate", to: "openai-chat", model: "m", budget: { openaiField: "max_tokens" } } as const;
	expect(lane.handle({ kind: "translate", sid, body, ...request })).toEqual([{ kind: "translated", sid, result: "internal_error" }]);
	for (const mode of ["stream", "body"] as const) {
		const translation = { to: "gemini-generate", includeUsage: false, created: 0 } as const;
		const outputs = lane.handle({ kind: "open", sid, policyId, api: "openai-chat", mode, translation });
		const end = lane.handle({ kind: "data", sid, bytes: Buffer.from("{}") }).concat(lane.handle({ kind: "end", sid }));
		expect([...outputs, ...end].at(-1)).toMatchObject({ sid, ended: "fault", code: "internal_error" });
	}
	expect(answer([ROLE, event("Hi."), ...END]).at(-1)).toMatchObject({ ended: "complete" });
});

const readText = (sse: string): string =>
	[...sse.matchAll(/^data: (\{.*)$/gm)].map(([, json = ""]) => JSON.parse(json).choices?.[0]?.delta?.content ?? "").join("");

const ADDRESS = ["jane.doe", "example.com"].join("@");

test("what stands beside the text is inspected in every event that comes by itself, also when it repeats", () => {
	const beside = (text: string): string => event(text).replace('"choices"', `"note":"${ADDRESS}","choices"`);
	const words = ["one ", "quiet ", "house ", "near ", "the ", "river "];
	const said = written([ROLE, ...words.map(beside), ...END]).join("");
	expect(said).not.toContain("jane");
	expect(readText(said)).toBe(words.join(""));
});

test("text behind the held arguments of a call waits for them, event by event", () => {
	const call = (member: object): string =>
		event("").replace(
			'"content":""',
			`"tool_calls":[${JSON.stringify({ index: 0, function: member, ...("name" in member && { id: "c", type: "function" }) })}]`,
		);
	const held = '{"to":"jane.doe';
	const pieces = [ROLE, call({ name: "send", arguments: held }), event("then "), event("the "), event("rest "), ...END];
	const said = written(pieces).join("");
	expect(said.indexOf('"then "')).toBeGreaterThan(said.lastIndexOf("jane.doe"));
	expect(said).toContain("jane.doe");
	expect(readText(said)).toBe("then the rest ");
});

test("an event that is like the one before but for bytes that are no UTF-8 ends the answer", () => {
	lane.handle({ kind: "open", sid: 1, policyId, api: "openai-chat", mode: "stream" });
	for (const piece of [ROLE, event("words "), event("words ")]) lane.handle({ kind: "data", sid: 1, bytes: Buffer.from(piece) });
	const [before = "", after = ""] = event("x").split('"x"');
	const bytes = Buffer.concat([Buffer.from(`${before}"`), Buffer.from([0x77, 0xc3, 0x28, 0x20]), Buffer.from(`"${after}`)]);
	expect(lane.handle({ kind: "data", sid: 1, bytes })).toMatchObject([{ ended: "fault", code: "upstream_invalid_utf8" }]);
});

test("events of clean text that come one by one are answered without bytes: they go out as they came", () => {
	const words = "the water of that river was not so cold when we went there again ".repeat(4).match(/\w+ /g) ?? [];
	const pieces = [ROLE, ...words.map(event), ...END];
	expect(allOf(pieces).filter(({ kind }) => kind === "passed").length).toBeGreaterThan(words.length / 2);
	expect(written(pieces).join("")).toContain(words.map(event).join(""));
});

const KEY = ["AKIA", "IOSFODNN7", "EXAMPLE"].join("");
test.each([
	`Please write to ${ADDRESS} when you have time. We will be there.`,
	`The key is ${KEY} and nobody may see it.`,
	`Spelled: ${[...KEY].join(" ")} is the same, and so is \u{1d400}${KEY}.`,
	'Nothing here, nor naïve 😀 there; "quoted" and back\\slash too, a = b.',
	`data:image/png;base64,iVBORw0KGgo= and data: ${ADDRESS}`,
	"Half of a pair \ud83d alone, and then words that are plain.",
	"p\u0430ssword = hunter2hunter9X; \u65e5\u672c\u8a9e 😀\n\n\tfour one one one 1111 1111 1111",
	`${"The same again. ".repeat(20)}${ADDRESS}`,
])("an answer that comes event by event says the same as in one piece, and leaks nothing: %j", (text) => {
	for (const size of [1, 2, 4, 7]) {
		const events = [...text.matchAll(new RegExp(`.{1,${size}}`, "gsu"))].map(([piece]) => event(piece));
		const whole = readText(written([[ROLE, ...events, ...END].join("")]).join(""));
		const pieces = [ROLE, ...events, ...END];
		const single = written(pieces).join("");
		expect(readText(single)).toBe(whole);
		expect(single).not.toMatch(/jane|AKIA|IOSF|4111/);
		// An event in two messages goes the long way.
		const halves = pieces.flatMap((piece) => [piece.slice(0, 9), piece.slice(9)]);
		expect(single).toBe(written(halves).join(""));
		expect(answer(pieces).at(-1)).toEqual({ ...answer(halves).at(-1), received: expect.any(Number) });
	}
});

test("deltas that come many at a time say what they say one at a time, behind a finding among them too", () => {
	const said = "Write to jane.doe@example.com, or to john.roe@example.org, today.";
	const textOf = (pieces: readonly string[]): string => readText(written(pieces).join(""));
	for (let size = 1; size <= 12; size++) {
		const events = chatEvents(said.match(new RegExp(`.{1,${size}}`, "gs")) ?? []);
		const alone = textOf(events);
		expect(alone).not.toMatch(/jane|doe|john|roe/);
		for (const many of [2, 3, 7, events.length]) {
			const groups = Array.from({ length: Math.ceil(events.length / many) }, (_, i) => events.slice(i * many, (i + 1) * many).join(""));
			expect(textOf(groups), `${size} characters, ${many} events`).toBe(alone);
		}
	}
});
