import { sseBlocks } from "../../src/wire/sse-decoder.ts";
import { framed } from "./quirky-framing.ts";
import { type Next, pick, randomSlices } from "./random.ts";
import type { ModelAnswer } from "./translated-answers.ts";

type Data = Record<string, unknown>;

/** An answer of a server that is nearly Gemini's, as SSE, as a JSON array, and whole. */
export function quirkyGemini(answer: ModelAnswer, next: Next): { readonly sse: string; readonly array: string; readonly body: string } {
	const chance = (share: number): boolean => next() < share;
	const most = 1 + Math.floor(next() * 14);
	const index = pick<Data>([{ index: 0 }, {}, { index: null }], next);
	const role = pick<Data>([{ role: "model" }, {}, { role: null }, { role: "" }], next);
	const head = pick<Data>(
		[
			{ modelVersion: "m", responseId: "r1" },
			{},
			{ modelVersion: null },
			{ error: null },
			{ promptFeedback: {} },
			{ promptFeedback: null },
			{ createTime: "2026-11-27T10:00:00Z" },
		],
		next,
	);
	const usageMetadata = {
		promptTokenCount: answer.usage.input,
		candidatesTokenCount: answer.usage.output,
		totalTokenCount: 16,
		trafficType: "ON_DEMAND",
	};
	const unfinished = pick<Data>(
		[
			{},
			{},
			{ finishReason: null },
			{ finishReason: "" },
			{ finishReason: "FINISH_REASON_UNSPECIFIED" },
			{ finishMessage: null, safetyRatings: null },
			{ avgLogprobs: -0.1, tokenCount: 3 },
		],
		next,
	);
	const isUsageEverywhere = chance(0.5);
	const spoken = pick<Data>([{}, {}, { thought: false }, { thought: null }, { thoughtSignature: "" }], next);
	const parts = answer.said.flatMap((said, i): Data[] => {
		if (said.kind === "call") {
			const call = {
				...(chance(0.5) && { id: pick<string | null>([`call-${i}`, "", null], next) }),
				name: said.name,
				args: JSON.parse(said.source) as unknown,
			};
			return [
				{
					functionCall: said.source === "{}" && chance(0.5) ? { name: said.name, ...(chance(0.5) && { args: null }) } : call,
					...(chance(0.4) && { thoughtSignature: "c2ln" }),
				},
			];
		}
		const pieces = chance(0.2) ? [said.text] : randomSlices(said.text, most, next);
		return pieces.map((text) => ({ text, ...(said.kind === "thinking" ? { thought: true } : spoken) }));
	});
	const last = pick<Data>(
		[
			{ content: { parts: [{ text: "" }], ...role } },
			{ content: { parts: [], ...role } },
			{ content: { ...role } },
			{ content: {} },
			{},
			{ content: null },
			{ content: { parts: null } },
			{ content: { parts: [{ text: "", thoughtSignature: "c2ln" }] } },
		],
		next,
	);
	const say = (candidate: Data, isLast = false): Data => ({
		candidates: [{ ...candidate, ...index, ...(!isLast && unfinished) }],
		...((isLast || isUsageEverywhere) && { usageMetadata }),
		...head,
	});
	const events: Data[] = [];
	for (let at = 0; at < parts.length; ) {
		const count = chance(0.7) ? 1 : 2 + Math.floor(next() * 3);
		events.push(say({ content: { parts: parts.slice(at, at + count), ...role } }));
		at += count;
		if (chance(0.08))
			events.push(
				pick<Data>([{ usageMetadata }, { candidates: [] }, { candidates: null }, {}, say({}), say({ content: { parts: [{}] } })], next),
			);
	}
	events.push({ ...say({ ...last, finishReason: "STOP" }, true) });
	if (chance(0.15)) events.push(pick<Data>([{ usageMetadata }, { candidates: [] }, say({ finishReason: "STOP" }, true)], next));
	const isPretty = chance(0.3);
	const datas = events.map((event) => JSON.stringify(event, undefined, isPretty ? 1 : undefined));
	const body = { candidates: [{ content: { parts, ...role }, finishReason: "STOP", ...index }], usageMetadata, ...head };
	const between = pick([",", "\n,\r\n", ",\n", " , "], next);
	return {
		sse: framed(datas, next),
		array: `[${datas.join(between)}${pick(["]", "\n]\n", " ]"], next)}`,
		body: JSON.stringify(body, undefined, isPretty ? 2 : undefined),
	};
}

/** What a client reads of an answer, SSE or JSON: texts of each kind joined, calls, and why each ended. */
export function readGemini(answer: string): object {
	const candidates = eventsOf(answer).flatMap(({ candidates }) => (candidates ?? []) as Data[]);
	const parts = candidates.flatMap(({ content }) => (content as { parts?: Data[] } | undefined)?.parts ?? []);
	const join = (isThought: boolean): string =>
		parts.map(({ text, thought }) => ((thought === true) === isThought ? (text ?? "") : "")).join("");
	return {
		text: join(false),
		thinking: join(true),
		calls: parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall])),
		finishes: candidates.flatMap(({ finishReason }) => (finishReason === "STOP" ? [finishReason] : [])),
	};
}

function eventsOf(answer: string): Data[] {
	if (/^\s*[[{]/.test(answer)) return [JSON.parse(answer) as Data].flat();
	return sseBlocks(answer.replace(/^\ufeff/, "")).flatMap(({ event }) => (event === undefined ? [] : [JSON.parse(event.data) as Data]));
}
