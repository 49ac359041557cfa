import type { ApiName } from "../../src/core/api.ts";

/** One place where the text of a streamed answer can stand. */
export interface StreamChannel {
	readonly name: string;
	/** The upstream's. */
	readonly api: ApiName;
	/** The client's, where it is another: `read` reads its format. */
	readonly client?: ApiName;
	/** The texts are fragments of JSON source. */
	readonly isJson?: true;
	/** They are so because the request asked for it. */
	readonly isStructured?: true;
	/** The whole answer as SSE events, one delta each. */
	events(deltas: readonly string[]): string[];
	/** What an event adds to the channel's text, as a client joins it. */
	read(event: Record<string, unknown>): string;
	/** Whole texts in an event that must be what was read. */
	copies?(event: Record<string, unknown>): string[];
}

type Path = readonly (string | number)[];

/** The string at a path; a number means the array's element with that `index`, or at that position. */
export function stringAt(root: unknown, path: Path): string {
	let node: unknown = root;
	for (const step of path) {
		if (typeof node !== "object" || node === null) return "";
		if (typeof step === "string") node = (node as Record<string, unknown>)[step];
		else node = Array.isArray(node) ? (node.find((element) => element?.index === step) ?? withoutIndex(node[step])) : undefined;
	}
	return typeof node === "string" ? node : "";
}

function withoutIndex(element: unknown): unknown {
	return (element as { index?: unknown } | undefined)?.index === undefined ? element : undefined;
}

/** The data of all JSON events of an SSE text. */
export function dataOf(sse: string): Record<string, unknown>[] {
	return [...sse.matchAll(/^data: (\{.*?)\r?$/gm)].map(([, json]) => JSON.parse(json as string) as Record<string, unknown>);
}
