import type { Route } from "../routing/model-router.ts";
import type { UnsetSettings } from "../verdict/prompt-verdict.ts";
import type { ErrorOverrides } from "./error-body.ts";

/** What `invalid_request` says where the API insists on a budget and the provider has no default. */
export const NEEDS_MAX_TOKENS: ErrorOverrides = {
	message: "'max_tokens' must be a positive integer: the most tokens the answer may have.",
	param: "max_tokens",
};

/**
 * The request with the defaults for what it leaves out as its first members; every other byte stays. `body` is a JSON
 * object that has members.
 */
export function withDefaults(body: Uint8Array, unset: UnsetSettings, defaults: Pick<Route, "maxTokens" | "temperature">): Uint8Array {
	const members = [
		[unset.maxTokens, defaults.maxTokens],
		[unset.temperature, defaults.temperature],
	].flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [`${JSON.stringify(name)}:${value},`]));
	if (members.length === 0) return body;
	const inside = body.indexOf("{".charCodeAt(0)) + 1;
	return Buffer.concat([body.subarray(0, inside), Buffer.from(members.join("")), body.subarray(inside)]);
}
