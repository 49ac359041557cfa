/**
 * Status of an inspection's answer. Gateways that read no bodies (nginx's `auth_request`) ask with `?on_block=403`; undefined:
 * the query says something else, and whoever wrote it must not take 200 for a pass.
 */
export function verdictStatus(query: string, action: string): 200 | 403 | undefined {
	const onBlock = new URLSearchParams(query).getAll("on_block");
	if (onBlock.some((status) => status !== "403")) return undefined;
	return onBlock.length > 0 && action === "block" ? 403 : 200;
}
