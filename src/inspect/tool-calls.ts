import { matcherOf } from "../core/globs.ts";
import type { ToolCallPolicy } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";
import type { TextStyle } from "./conversation.ts";

/** A tool is no pattern. */
const NO_RULE = -1;

/** The style of an answer to a request that offers these tools. */
export function toolCallStyle(style: TextStyle, policy: ToolCallPolicy | undefined, offered: readonly string[] = []): TextStyle {
	if (policy === undefined) return style;
	const known = new Set(offered);
	const isAllowed = matcherOf(policy.allowedTools);
	const judgeTool = (name: string): Finding | undefined => (known.has(name) && isAllowed(name) ? undefined : unknownTool(name, policy));
	return Object.assign({}, style, { judgeTool });
}

function unknownTool(name: string, { action }: ToolCallPolicy): Finding {
	return { type: "unknown_tool", rule: NO_RULE, from: 0, to: Buffer.byteLength(name), score: 1, action, category: "injection" };
}
