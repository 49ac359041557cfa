import type { Policy } from "../policy/policy.ts";
import type { Place } from "../providers/provider.ts";
import { speakerOf } from "../providers/speaker.ts";
import type { IsOwn } from "../scanner/text-scanner.ts";
import { canaryToken, isForeignCanary } from "../verdict/canary-token.ts";
import type { TextStyle } from "./conversation.ts";
import type { ReadPrompt } from "./read-prompt.ts";

/** A mark in the application's own words to the model: an answer in which it stands gives them away. */
export interface Canary {
	readonly token: string;
	/** Index of the place of the request behind whose text it goes. */
	readonly place: number;
}

/** Members with what the model is told; a message's `name` is none of it. */
const TEXT_MEMBERS: ReadonlySet<unknown> = new Set([
	"content",
	"text",
	"system",
	"instructions",
	"systemInstruction",
	"system_instruction",
]);

const COLON = /\s*:/y;

/**
 * The canary of a request; undefined where the application tells the model nothing, or the policy does not ask for one. It
 * depends on those words and the key alone: the vendor's cache of prompts goes on to work, and every lane and replica says
 * the same.
 */
export function canaryFor({ json, request, value }: ReadPrompt, { hasCanary }: Policy, key: Uint8Array): Canary | undefined {
	if (!hasCanary) return undefined;
	const isSystem = ({ path, text, to }: Place): boolean =>
		text.trim() !== "" && path !== undefined && !isName(json, to) && speakerOf(value, path) === "system";
	const hidden = request.places.filter(isSystem);
	const host = hidden.find(({ path = [], source, wrap }) => {
		const member = path.findLast((step) => typeof step === "string");
		return (source === "text" || source === "answer") && wrap === undefined && TEXT_MEMBERS.has(member);
	});
	if (host === undefined) return undefined;
	const token = canaryToken(
		hidden.map(({ text }) => text),
		key,
	);
	return { token, place: request.places.indexOf(host) };
}

/** Whether the string that ends there is the name of a member. */
function isName(json: string, to: number): boolean {
	COLON.lastIndex = to;
	return COLON.test(json);
}

/** What stands behind the application's words. */
export function withCanary(text: string, token: string): string {
	return text + appendix(token);
}

/** The application's words as they came. */
export function withoutCanary(text: string, token: string): string {
	return text.replaceAll(appendix(token), "");
}

function appendix(token: string): string {
	return `\n\n[${token}]`;
}

/** The style of an answer to whose prompt the canary went; empty: none did. */
export function canaryStyle(style: TextStyle, token = ""): TextStyle {
	return Object.assign({}, style, { isOwn: foreignCanaries(token, style.isOwn) }, token !== "" && { canary: token });
}

/** Of all that looks like a canary only `token`, or a beginning of it, is one. */
export function foreignCanaries(token: string, isOwn?: IsOwn): IsOwn {
	return (text, type) => isForeignCanary(text, type, token) || isOwn?.(text, type) === true;
}
