import { ERRORS } from "../core/errors.ts";
import type { Policy } from "../policy/policy.ts";
import type { Place } from "../providers/provider.ts";
import { firstMedia } from "./media-parts.ts";
import { countFault } from "./prompt-counts.ts";
import type { TextReport } from "./prompt-risk.ts";
import { type InvalidPrompt, invalidPrompt, type ReadPrompt } from "./read-prompt.ts";
import { toolFault } from "./tool-fault.ts";

/** Texts of one prompt: each is inspected by itself, some 0.1 ms, however short it is. */
const MAX_TEXTS = 16_384;
const TOO_MANY_TEXTS = `The request has more than ${MAX_TEXTS} texts, names of members and descriptions of tools included. Send fewer, or split the request.`;

const lengthOf = (places: readonly Place[]): number => places.reduce((sum, { text }) => sum + text.length, 0);

/** Why a request is refused before any of its texts is inspected. */
export function refusalOf(read: ReadPrompt, policy: Policy): InvalidPrompt | undefined {
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

/** Where the policy lets pass what nobody looks at: that it did. */
export function unseenMedia(read: ReadPrompt, { media }: Policy): readonly Omit<TextReport, "risk">[] {
	if (media !== "flag" || mediaIn(read) === undefined) return [];
	return [{ channel: "media", findings: [{ type: "uninspected_media", from: 0, to: 0, score: 0, action: "flag" }] }];
}
