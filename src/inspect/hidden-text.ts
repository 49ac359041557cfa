import type { Policy } from "../policy/policy.ts";
import { speakerOf } from "../providers/speaker.ts";
import { createAnchorIndex } from "../scanner/anchors.ts";
import { createEchoIndex } from "../scanner/echo.ts";
import { withEcho } from "../scanner/echo-scanner.ts";
import { createParaphraseIndex } from "../scanner/paraphrase.ts";
import { withParaphrase, withTranslation } from "../scanner/paraphrase-scanner.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { LoadedPolicy } from "./loaded-policy.ts";
import type { ReadPrompt } from "./read-prompt.ts";

/** UTF-16 units of hidden text that are kept with a session. */
const MAX_UNITS = 65_536;

/** What the application tells the model and answers must not repeat. Empty where it says nothing, or the policy does not ask. */
export function hiddenText({ request, value }: ReadPrompt, { onEcho, onParaphrase }: Policy): string {
	if (onEcho === undefined && onParaphrase === undefined) return "";
	const texts = request.places.filter(({ path }) => path !== undefined && speakerOf(value, path) === "system").map(({ text }) => text);
	return texts.join("\n").slice(0, MAX_UNITS);
}

/** The program for an answer that must not repeat `hidden`. */
export function echoProgram({ policy, response }: LoadedPolicy, hidden = ""): ScannerProgram {
	const index = policy.onEcho && createEchoIndex(hidden);
	const echoing = index === undefined || policy.onEcho === undefined ? response : withEcho(response, index, policy.onEcho);
	const paraphrases = policy.onParaphrase && createParaphraseIndex(hidden);
	const retelling = paraphrases === undefined ? echoing : withParaphrase(echoing, paraphrases);
	const anchors = policy.onParaphrase && createAnchorIndex(hidden);
	return anchors === undefined ? retelling : withTranslation(retelling, anchors);
}
