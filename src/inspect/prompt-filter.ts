import { NAME } from "../providers/field-table.ts";
import type { JsonObject } from "../providers/json-object.ts";
import type { Place, SettingNames } from "../providers/provider.ts";
import { isModelName } from "../providers/rename-model.ts";
import { isRepeatable } from "../providers/repeatable.ts";
import { depthOf, type PromptTraits, promptTraits } from "../verdict/prompt-traits.ts";
import type { PromptVerdict, UnsetSettings } from "../verdict/prompt-verdict.ts";
import { riskScore } from "../verdict/risk.ts";
import { replaceValues } from "../wire/json-strings.ts";
import { namesLate } from "./asked-names.ts";
import { withCanary } from "./canary.ts";
import type { PromptContext, PromptRules } from "./prompt-context.ts";
import { refusalOf, unseenMedia } from "./prompt-refusal.ts";
import { judgeInjection, type PromptText } from "./prompt-risk.ts";
import { inspectLeft, inspectTexts, withLeft } from "./prompt-texts.ts";
import type { InvalidPrompt, ReadPrompt } from "./read-prompt.ts";
import { editsOf, WholeTexts } from "./whole-texts.ts";

/** Decides about one request before anything of it goes upstream. In a dry run the verdict says what `would` have been decided. */
export function judgePrompt(read: ReadPrompt, rules: PromptRules, context: PromptContext = {}): PromptVerdict {
	const { policy, program } = rules;
	const { canary, history, questions, known, pause } = context;
	const { json, value, request, settings } = read;
	const refusal = refusalOf(read, policy);
	if (refusal !== undefined && !policy.dryRun) return refusal;

	const inspected = inspectTexts(read, rules, context);
	const left = inspectLeft(read, rules, inspected, context);
	const { texts, prompt, findings, tally, isCut } = left === undefined ? inspected : withLeft(inspected, left);
	if (!policy.dryRun && (isModelRedacted(request.places, texts) || isModelFound(request.model, rules))) return UNNAMED;
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
function isModelFound(model: string, { program, style }: PromptRules): boolean {
	if (NAME.test(model)) return false;
	const { text, isCut } = new WholeTexts(program, style).inspect({ text: model, source: "text" });
	return isCut || text !== undefined;
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
