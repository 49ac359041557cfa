import { ERRORS } from "../core/errors.ts";
import type { Policy } from "../policy/policy.ts";
import type { Place, Provider, SettingNames } from "../providers/provider.ts";
import { speakerOf } from "../providers/speaker.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Finding } from "../verdict/finding.ts";
import type { PromptVerdict, UnsetSettings } from "../verdict/prompt-verdict.ts";
import type { RedactionStyle } from "../verdict/redaction.ts";
import { riskScore } from "../verdict/risk.ts";
import { replaceValues } from "../wire/json-strings.ts";
import { FindingTally } from "./finding-tally.ts";
import { judgeInjection, type PromptText } from "./prompt-risk.ts";
import { textGroups } from "./text-runs.ts";
import { editsOf, WholeTexts } from "./whole-texts.ts";

/** Decides about one request body before anything of it goes upstream. */
export function filterPrompt(
	body: Uint8Array,
	path: string,
	provider: Provider,
	policy: Policy,
	program: ScannerProgram,
	style: RedactionStyle,
): PromptVerdict {
	const read = readJson(body);
	if (!read.ok) return invalidPrompt(read.code);
	const { json, value } = read;
	const request = provider.readRequest(json, path);
	if (request.kind === "invalid") return { action: "invalid", code: "invalid_request", message: request.message, param: request.param };
	if (request.document !== undefined && policy.documents === "refuse")
		return { action: "invalid", code: "document_not_inspected", message: ERRORS.document_not_inspected.message, param: request.document };
	if (request.places.reduce((sum, place) => sum + place.text.length, 0) > policy.maxPromptLength) return invalidPrompt("prompt_too_long");

	const findings: Finding[] = [];
	const tally = new FindingTally();
	let blocked = false;
	style.prompt?.begin(request.places.map((place) => place.text));
	const wholes = new WholeTexts(program, style);
	const texts: (string | undefined)[] = [];
	const prompt: PromptText[] = [];
	for (const group of textGroups(request.places, program)) {
		const parts = group.map((i) => request.places[i] as Place);
		const text = parts.map((part) => part.text).join("");
		style.prompt?.beginText(text);
		const whole = wholes.inspectParts(parts);
		for (const finding of whole.findings) findings.push(finding);
		const channel = `text:${group[0]}`;
		tally.add(whole.findings, channel);
		prompt.push({ channel, text, speaker: speakerOf(value, parts[0]?.path ?? []), signals: whole.signals });
		blocked ||= whole.isCut;
		for (const [k, i] of group.entries()) texts[i] = whole.texts[k];
	}
	const attack = judgeInjection(prompt, policy, program);
	for (const { findings: notes, channel } of attack.reports) tally.add(notes, channel);
	blocked ||= attack.action === "block";
	const summary = {
		model: request.model,
		score: riskScore(findings, attack.risk),
		found: tally.report(),
		piiDetected: findings.some(({ category }) => category === "pii"),
	};
	if (blocked) return { action: "block", wantsStream: request.stream, ...summary };
	const known = {
		...summary,
		stream: request.stream,
		isStructured: request.isStructured,
		unset: unsetSettings(provider.settings, value as object),
	};
	const edits = editsOf(request.places, texts, request.amendments);
	if (edits.length > 0) return { action: "redact", ...known, body: Buffer.from(replaceValues(json, edits)) };
	return { action: findings.length > 0 || attack.action === "flag" ? "flag" : "allow", ...known };
}

function unsetSettings(names: SettingNames | undefined, root: object): UnsetSettings {
	if (names === undefined) return { needsMaxTokens: false };
	const isUnset = !names.maxTokens.some((name) => Object.hasOwn(root, name));
	return {
		...(isUnset && { maxTokens: names.maxTokens[0] }),
		...(!Object.hasOwn(root, names.temperature) && { temperature: names.temperature }),
		needsMaxTokens: isUnset && names.needsMaxTokens,
	};
}

export type JsonBody =
	| { readonly ok: true; readonly json: string; readonly value: unknown }
	| { readonly ok: false; readonly code: "invalid_encoding" | "invalid_json" };

export function readJson(body: Uint8Array): JsonBody {
	let json: string;
	try {
		json = new TextDecoder("utf-8", { fatal: true }).decode(body);
	} catch {
		return { ok: false, code: "invalid_encoding" };
	}
	try {
		return { ok: true, json, value: JSON.parse(json) };
	} catch {
		return { ok: false, code: "invalid_json" };
	}
}

export function invalidPrompt(
	code: "invalid_encoding" | "invalid_json" | "prompt_too_long",
): PromptVerdict & { readonly action: "invalid" } {
	return { action: "invalid", code, message: ERRORS[code].message, param: code === "prompt_too_long" ? "messages" : null };
}
