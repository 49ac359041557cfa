import { offeredTools } from "../providers/offered-tools.ts";
import type { Place } from "../providers/provider.ts";
import { speakerOf } from "../providers/speaker.ts";
import type { Finding } from "../verdict/finding.ts";
import { namesIn } from "./asked-names.ts";
import { ownSurrogates } from "./conversation.ts";
import { FindingTally } from "./finding-tally.ts";
import type { PromptContext, PromptRules } from "./prompt-context.ts";
import type { PromptText } from "./prompt-risk.ts";
import type { ReadPrompt } from "./read-prompt.ts";
import { removesText } from "./removed-text.ts";
import { textGroups } from "./text-runs.ts";
import { resultsOf, turnsOf } from "./turns.ts";
import { WholeTexts } from "./whole-texts.ts";

export interface InspectedTexts {
	/** By place; undefined: as it came. */
	readonly texts: (string | undefined)[];
	readonly prompt: readonly PromptText[];
	readonly findings: readonly Finding[];
	readonly tally: FindingTally;
	readonly isCut: boolean;
}

/** Every text of a request, with those that it goes on in. */
export function inspectTexts(
	{ request, value }: ReadPrompt,
	{ policy, program, style }: PromptRules,
	{ questions, known, pause }: Pick<PromptContext, "questions" | "known" | "pause">,
): InspectedTexts {
	const findings: Finding[] = [];
	const tally = new FindingTally();
	let isCut = false;
	style.prompt?.begin(request.places.map((place) => place.text));
	const wholes = new WholeTexts(program, pause === undefined ? style : Object.assign({}, style, { pause }));
	const texts: (string | undefined)[] = [];
	const prompt: PromptText[] = [];
	const tools = new Set(offeredTools(value));
	const partsOf = { turnOf: turnsOf(value), resultOf: resultsOf(value) };
	for (const group of textGroups(request.places, partsOf, program, { known, pause })) {
		pause?.();
		const parts = group.map((i) => request.places[i] as Place);
		const text = parts.map((part) => part.text).join("");
		style.prompt?.beginText(text);
		const isTool = parts.length === 1 && tools.has(text);
		const memory = isTool ? undefined : known?.of(parts.length === 1 ? (parts[0] as Place).source : "text", text);
		const whole = isTool
			? wholes.inspectParts([{ ...(parts[0] as Place), isTool }])
			: wholes.inspectParts(parts, namesIn(text, policy.names, questions), memory);
		for (const finding of whole.findings) findings.push(finding);
		const channel = `text:${group[0]}`;
		tally.add(whole.findings, channel);
		prompt.push({ channel, text, speaker: speakerOf(value, parts[0]?.path ?? []), signals: whole.signals, known: memory });
		isCut ||= whole.isCut;
		for (const [k, i] of group.entries()) texts[i] = whole.texts[k];
	}
	return { texts, prompt, findings, tally, isCut };
}

/** What removed text leaves. Something stands in the place of what is found now, so that nothing more can come together. */
export function inspectLeft(
	read: ReadPrompt,
	rules: PromptRules,
	{ texts, findings }: InspectedTexts,
	{ questions, pause }: PromptContext,
): InspectedTexts | undefined {
	const { policy, style } = rules;
	if (!removesText(findings, policy.prompt)) return undefined;
	const places = read.request.places.map((place, i) => Object.assign({}, place, { text: texts[i] ?? place.text }));
	const own = style.prompt && { isOwn: ownSurrogates(style.prompt.state()) };
	const marked = Object.assign({}, rules, { style: Object.assign({ isMarked: true }, style, own) });
	return inspectTexts({ ...read, request: { ...read.request, places } }, marked, { questions, pause });
}

/** What is only flagged was found before. */
export function withLeft(first: InspectedTexts, left: InspectedTexts): InspectedTexts {
	const found = left.findings.filter(({ action }) => action !== "flag");
	first.tally.add(found, "left");
	return {
		...first,
		texts: first.texts.map((text, i) => left.texts[i] ?? text),
		findings: [...first.findings, ...found],
		isCut: first.isCut || left.isCut,
	};
}
