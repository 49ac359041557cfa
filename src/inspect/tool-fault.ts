import { matcherOf } from "../core/globs.ts";
import type { ToolPolicy } from "../policy/policy.ts";
import { type RequestedTool, requestedTools } from "../providers/requested-tools.ts";

/** What the lists of a policy say of a tool that a request names, and which of them. */
const KEYS = { function: "allowed", hosted: "allowed_hosted", server: "allowed_servers" } as const;

export interface ToolFault {
	readonly message: string;
	readonly param: string;
}

/** The first tool of a request that the policy does not allow; undefined: there is none. */
export function toolFault(request: unknown, policy: ToolPolicy | undefined): ToolFault | undefined {
	if (policy === undefined) return undefined;
	const refused = requestedTools(request).find((tool) => !isAllowed(tool, policy));
	if (refused === undefined) return undefined;
	const { kind, param } = refused;
	const message = `'${param}' names a tool that security.input.tools.${KEYS[kind]} does not allow. Leave it out.`;
	return { message, param };
}

function isAllowed({ kind, name }: RequestedTool, policy: ToolPolicy): boolean {
	const allowed = policy[kind];
	if (allowed.includes("*")) return true;
	if (kind !== "server") return allowed.length > 0 && matcherOf(allowed)(name);
	return name !== "" && allowed.some((host) => name === host || name.endsWith(`.${host}`));
}
