import type { ConfigFault } from "./config-fault.ts";

export interface Interpolation {
	readonly value: unknown;
	/** Variables that are not set and have no default. */
	readonly faults: readonly ConfigFault[];
	/** By the path of an API key: the variable that was to hold it and is not set. */
	readonly unsetApiKeys: ReadonlyMap<string, string>;
	/** By the path of a value that is one variable: its text. */
	readonly variables: ReadonlyMap<string, string>;
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const ONE_VARIABLE = new RegExp(`^${VARIABLE.source}$`);

/**
 * Puts `${NAME}` and `${NAME:-default}` in strings. A name that is empty counts as not set; not set and without default
 * is an empty API key where one stands for the whole of it, elsewhere a fault.
 */
export function interpolate(root: unknown, env: NodeJS.ProcessEnv): Interpolation {
	const faults: ConfigFault[] = [];
	const unsetApiKeys = new Map<string, string>();
	const variables = new Map<string, string>();
	const textOf = (text: string, path: readonly string[]): string =>
		text.replace(VARIABLE, (all, name: string, fallback: string | undefined) => {
			const found = env[name] || fallback;
			if (found === undefined && path.at(-1) === "api_key" && all === text) unsetApiKeys.set(path.join("."), name);
			else if (found === undefined)
				faults.push({
					path: path.join("."),
					message: `the environment variable ${name} is not set`,
					remedy: `Set ${name}, or write \${${name}:-default}.`,
				});
			return found ?? "";
		});
	const walk = (value: unknown, path: readonly string[]): unknown => {
		if (Array.isArray(value)) return value.map((item, i) => walk(item, [...path, String(i)]));
		if (typeof value === "object" && value !== null)
			return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
		if (typeof value !== "string") return value;
		const text = textOf(value, path);
		if (ONE_VARIABLE.test(value)) variables.set(path.join("."), text);
		return text;
	};
	return { value: walk(root, []), faults, unsetApiKeys, variables };
}
