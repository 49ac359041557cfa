/** Keys that validate but that this version does not act on yet; `*` is any name. Setting one is a warning. */
export const NOT_ENFORCED: readonly string[] = ["logging.retention_days"];

/** The paths of a configuration that have no effect, with names in place of `*`; a named policy has the keys of `security`. */
export function notEnforcedIn(raw: unknown): string[] {
	const inPolicies = NOT_ENFORCED.map((pattern) => pattern.replace(/^security\./, "security.policies.*."));
	return [...new Set([...NOT_ENFORCED, ...inPolicies])].flatMap((pattern) => expand(raw, pattern.split("."))).map((path) => path.join("."));
}

function expand(node: unknown, pattern: readonly string[]): string[][] {
	const [head, ...rest] = pattern;
	if (head === undefined) return node === undefined ? [] : [[]];
	if (typeof node !== "object" || node === null) return [];
	const names = head === "*" ? Object.keys(node) : [head];
	return names.flatMap((name) => expand((node as Record<string, unknown>)[name], rest).map((path) => [name, ...path]));
}
