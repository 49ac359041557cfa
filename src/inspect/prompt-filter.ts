import { ERRORS } from "../core/errors.ts";
import type { Policy } from "../policy/policy.ts";
import { NAME } from "../providers/field-table.ts";
import type { JsonObject } from "../providers/json-object.ts";
import type { Place, Provider, SettingNames } from "../providers/provider.ts";
import { isModelName } from "../providers/rename-model.ts";
import { isRepeatable } from "../providers/repeatable.ts";
import { speakerOf } from "../providers/speaker.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";
import { depthOf, type PromptTraits, promptTraits } from "../verdict/prompt-traits.ts";
import type { PromptVerdict, UnsetSettings } from "../verdict/prompt-verdict.ts";
import { riskScore } from "../verdict/risk.ts";
import { replaceValues } from "../wire/json-strings.ts";
import { namesIn, namesLate } from "./asked-names.ts";
import { type Canary, withCanary } from "./canary.ts";
import { ownSurrogates, type TextStyle } from "./conversation.ts";
import { FindingTally } from "./finding-tally.ts";
import { readFormBody } from "./form-body.ts";
import type { CallerTexts } from "./known-texts.ts";
import { firstMedia } from "./media-parts.ts";
import { countFault } from "./prompt-counts.ts";
import { judgeInjection, type PromptText, type TextReport } from "./prompt-risk.ts";
import type { Questions } from "./questions.ts";
import { removesText } from "./removed-text.ts";
import { textGroups } from "./text-runs.ts";
import { toolFault } from "./tool-fault.ts";
import { resultsOf, turnsOf } from "./turns.ts";
import { editsOf, WholeTexts } from "./whole-texts.ts";

/** A request body with what a provider's API finds in it. */
export interface ReadPrompt {
	readonly action: "read";
	readonly json: string;
	readonly value: unknown;
	readonly request: Exclude<ReturnType<Provider["readRequest"]>, { readonly kind: "invalid" }>;
	readonly settings: Provider["settings"];
	/** The request body that says other JSON. */
	readonly write: (json: string) => Uint8Array;
}

type InvalidPrompt = PromptVerdict & { readonly action: "invalid" };

/** Reads one request body, before it is known which policy it gets. */
export function readPrompt(body: Uint8Array, path: string, provider: Provider, isForm = false): ReadPrompt | InvalidPrompt {
	const form = isForm ? readFormBody(body) : undefined;
	if (form?.ok === false) return invalidRequest(form);
	const read = form ?? readJson(body);
	if (!read.ok) return invalidPrompt(read.code);
	const { json, value } = read;
	const request = provider.readRequest(json, path);
	if (request.kind === "invalid") return invalidRequest(request);
	const write = form?.write ?? ((written: string) => Buffer.from(written));
	return { action: "read", json, value, request, settings: provider.settings, write };
}

function invalidRequest({ message, param }: Pick<InvalidPrompt, "message" | "param">): InvalidPrompt {
	return { action: "invalid", code: "invalid_request", message, param };
}

/** What is known of a prompt beside its text. */
export interface PromptContext {
	/** Goes behind the system prompt. */
	readonly canary?: Canary | undefined;
	/** What the caller's blocked requests of late say, 0…1. */
	readonly history?: number | undefined;
	/** For the second stage. */
	readonly questions?: Questions | undefined;
	/** What earlier requests said. Absent: nothing is remembered. */
	readonly known?: CallerTexts | undefined;
	/** Called between pieces of work: others may be done. */
	readonly pause?: (() => void) | undefined;
}

/** Decides about one request before anything of it goes upstream. In a dry run the verdict says what `would` have been decided. */
export function judgePrompt(
	read: ReadPrompt,
	policy: Policy,
	program: ScannerProgram,
	style: TextStyle,
	context: PromptContext = {},
): PromptVerdict {
	const { canary, history, questions, known, pause } = context;
	const { json, value, request, settings } = read;
	const refusal = refusalOf(read, policy);
	if (refusal !== undefined && !policy.dryRun) return refusal;

	const inspected = inspectTexts(read, policy, program, style, context);
	const left = inspectLeft(read, policy, program, style, inspected, { questions, pause });
	const { texts, prompt, findings, tally, isCut } = left === undefined ? inspected : withLeft(inspected, left);
	if (!policy.dryRun && (isModelRedacted(request.places, texts) || isModelFound(request.model, program, style))) return UNNAMED;
	const attacks = [prompt, ...(left === undefined ? [] : [left.prompt])].map((said) =>
		judgeInjection(said, policy, program, { history, questions, known, pause }),
	);
	const attack = attacks.reduce((worst, other) => (other.risk > worst.risk ? other : worst));
	const unseen = unseenMedia(read, policy);
	const late = namesLate(policy.names, questions);
	tally.add(late, "names");
	for (const { findings: notes, channel } of [...attack.reports, ...unseen]) tally.add(notes, channel);
	const blocked = refusal !== undefined || isCut || attack.action === "block";
	const summary = {
		model: request.model,
		score: riskScore(findings, attack.risk),
		found: tally.report(),
		traits: traitsOf(prompt, value),
		piiDetected: findings.some(({ category }) => category === "pii"),
	};
	const told = {
		isModelUnsaid: request.isModelUnsaid === true,
		otherModels: request.otherModels,
		stream: request.stream,
		...summary,
		isStructured: request.isStructured,
		choices: request.choices,
		isRepeatable: isRepeatable(value as JsonObject),
		unset: unsetSettings(settings, value as object),
	};
	const isEdited = texts.some((text) => text !== undefined);
	const passed = passedAction(isEdited, findings.length > 0 || attack.action === "flag" || unseen.length + late.length > 0);
	if (policy.dryRun) return { action: "allow", ...told, would: blocked ? "block" : passed };
	if (blocked) return { action: "block", wantsStream: request.stream, ...summary };
	if (canary !== undefined) {
		const { place, token } = canary;
		texts[place] = withCanary(texts[place] ?? (request.places[place] as Place).text, token);
	}
	const edits = editsOf(request.places, texts, request.amendments);
	return { action: passed, ...told, ...(edits.length > 0 && { body: read.write(replaceValues(json, edits)) }) };
}

interface InspectedTexts {
	/** By place; undefined: as it came. */
	readonly texts: (string | undefined)[];
	readonly prompt: readonly PromptText[];
	readonly findings: readonly Finding[];
	readonly tally: FindingTally;
	readonly isCut: boolean;
}

/** Every text of a request, with those that it goes on in. */
function inspectTexts(
	{ request, value }: ReadPrompt,
	policy: Policy,
	program: ScannerProgram,
	style: TextStyle,
	{ questions, known, pause }: Pick<PromptContext, "questions" | "known" | "pause">,
): InspectedTexts {
	const findings: Finding[] = [];
	const tally = new FindingTally();
	let isCut = false;
	style.prompt?.begin(request.places.map((place) => place.text));
	const wholes = new WholeTexts(program, pause === undefined ? style : Object.assign({}, style, { pause }));
	const texts: (string | undefined)[] = [];
	const prompt: PromptText[] = [];
	const partsOf = { turnOf: turnsOf(value), resultOf: resultsOf(value) };
	for (const group of textGroups(request.places, partsOf, program, { known, pause })) {
		pause?.();
		const parts = group.map((i) => request.places[i] as Place);
		const text = parts.map((part) => part.text).join("");
		style.prompt?.beginText(text);
		const memory = known?.of(parts.length === 1 ? (parts[0] as Place).source : "text", text);
		const whole = wholes.inspectParts(parts, namesIn(text, policy.names, questions), memory);
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
function inspectLeft(
	read: ReadPrompt,
	policy: Policy,
	program: ScannerProgram,
	style: TextStyle,
	{ texts, findings }: InspectedTexts,
	context: Pick<PromptContext, "questions" | "pause">,
): InspectedTexts | undefined {
	if (!removesText(findings, policy.prompt)) return undefined;
	const places = read.request.places.map((place, i) => Object.assign({}, place, { text: texts[i] ?? place.text }));
	const own = style.prompt && { isOwn: ownSurrogates(style.prompt.state()) };
	const marked = Object.assign({ isMarked: true }, style, own);
	return inspectTexts({ ...read, request: { ...read.request, places } }, policy, program, marked, context);
}

/** What is only flagged was found before. */
function withLeft(first: InspectedTexts, left: InspectedTexts): InspectedTexts {
	const found = left.findings.filter(({ action }) => action !== "flag");
	first.tally.add(found, "left");
	return {
		...first,
		texts: first.texts.map((text, i) => left.texts[i] ?? text),
		findings: [...first.findings, ...found],
		isCut: first.isCut || left.isCut,
	};
}

/** No provider has a model of a redacted name, and everything that is recorded says which model was asked for. */
const UNNAMED: InvalidPrompt = {
	action: "invalid",
	code: "invalid_request",
	message: "'model' holds what the policy redacts: it must be the name of a model.",
	param: "model",
};

function isModelRedacted(places: readonly Place[], texts: readonly (string | undefined)[]): boolean {
	return places.some(({ path }, i) => texts[i] !== undefined && path !== undefined && isModelName(path));
}

/** Some APIs have the model in the path, which no place is in. */
function isModelFound(model: string, program: ScannerProgram, style: TextStyle): boolean {
	if (NAME.test(model)) return false;
	const { text, isCut } = new WholeTexts(program, style).inspect({ text: model, source: "text" });
	return isCut || text !== undefined;
}

/** Texts of one prompt: each is inspected by itself, some 0.1 ms, however short it is. */
const MAX_TEXTS = 16_384;
const TOO_MANY_TEXTS = `The request has more than ${MAX_TEXTS} texts, names of members and descriptions of tools included. Send fewer, or split the request.`;

const lengthOf = (places: readonly Place[]): number => places.reduce((sum, { text }) => sum + text.length, 0);

function refusalOf(read: ReadPrompt, policy: Policy): InvalidPrompt | undefined {
	const {
		request: { document, places },
		value,
	} = read;
	if (document !== undefined && policy.documents === "refuse")
		return { action: "invalid", code: "document_not_inspected", message: ERRORS.document_not_inspected.message, param: document };
	const media = policy.media === "refuse" ? mediaIn(read) : undefined;
	if (media !== undefined)
		return { action: "invalid", code: "media_not_inspected", message: ERRORS.media_not_inspected.message, param: media };
	const unallowed = toolFault(value, policy.tools);
	if (unallowed !== undefined) return { action: "invalid", code: "tool_not_allowed", ...unallowed };
	const fault = countFault(value, policy.maxCounts);
	if (fault !== undefined) return { action: "invalid", code: "invalid_request", ...fault };
	if (places.length > MAX_TEXTS) return { action: "invalid", code: "invalid_request", message: TOO_MANY_TEXTS, param: null };
	if (lengthOf(places) > policy.maxPromptLength) return invalidPrompt("prompt_too_long");
	return undefined;
}

/** By what the request calls it, or by its bytes. */
function mediaIn({ request, value }: ReadPrompt): string | undefined {
	return firstMedia(value) ?? request.media;
}

function unseenMedia(read: ReadPrompt, { media }: Policy): readonly Omit<TextReport, "risk">[] {
	if (media !== "flag" || mediaIn(read) === undefined) return [];
	return [{ channel: "media", findings: [{ type: "uninspected_media", from: 0, to: 0, score: 0, action: "flag" }] }];
}

function traitsOf(prompt: readonly PromptText[], request: unknown): PromptTraits {
	const signals = prompt.reduce((sum, text) => sum + text.signals.length, 0);
	return promptTraits(
		prompt.map(({ text }) => text),
		signals,
		depthOf(request),
	);
}

function passedAction(isEdited: boolean, isFlagged: boolean): "allow" | "flag" | "redact" {
	if (isEdited) return "redact";
	return isFlagged ? "flag" : "allow";
}

function unsetSettings(names: SettingNames | undefined, root: object): UnsetSettings {
	if (names === undefined) return { needsMaxTokens: false };
	const isUnset = !names.maxTokens.some((name) => Object.hasOwn(root, name));
	return {
		needsMaxTokens: isUnset && names.needsMaxTokens,
		...(isUnset && { maxTokens: names.maxTokens[0] }),
		...(!Object.hasOwn(root, names.temperature) && { temperature: names.temperature }),
	};
}

export type JsonBody =
	| { readonly ok: true; readonly json: string; readonly value: unknown }
	| { readonly ok: false; readonly code: "invalid_encoding" | "invalid_json" };

export function readJson(body: Uint8Array, parse: (json: string) => unknown = JSON.parse): JsonBody {
	let json: string;
	try {
		// A byte order mark is not JSON (RFC 8259 §8.1): dropped here, it would still go upstream with a body that passes unchanged.
		json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
	} catch {
		return { ok: false, code: "invalid_encoding" };
	}
	try {
		return { ok: true, json, value: parse(json) };
	} catch {
		return { ok: false, code: "invalid_json" };
	}
}

export function invalidPrompt(code: "invalid_encoding" | "invalid_json" | "prompt_too_long"): InvalidPrompt {
	return { action: "invalid", code, message: ERRORS[code].message, param: code === "prompt_too_long" ? "messages" : null };
}
