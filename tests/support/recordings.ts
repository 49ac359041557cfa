import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import type { ApiName } from "../../src/core/api.ts";
import { dataOf } from "./stream-channel.ts";

/** A streamed answer as a vendor sent it. */
export interface Recording {
	readonly name: string;
	readonly api: ApiName;
	readonly bytes: Buffer;
}

/** What vcrpy writes: by interaction, or in langchain's tests as two lists. */
interface Cassette {
	readonly interactions?: readonly { readonly response: Response }[];
	readonly responses?: readonly Response[];
}

interface Response {
	readonly body?: { readonly string?: string | Uint8Array };
}

/**
 * Streamed answers of the vendors from the cassettes of other projects (`script/test-recordings`). Of those made of the same
 * members only the shortest: hundreds differ in nothing but their words.
 */
export function recordings(): readonly Recording[] {
	const folder = execFileSync("bash", ["script/test-recordings"], { encoding: "utf8" }).trim();
	const byShape = new Map<string, Recording>();
	const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.yaml(\.gz)?$/.test(name));
	for (const file of files.sort())
		for (const recording of answersOf(folder, file)) {
			const shape = shapeOf(recording);
			if ((byShape.get(shape)?.bytes.length ?? Number.POSITIVE_INFINITY) > recording.bytes.length) byShape.set(shape, recording);
		}
	return [...byShape.values()];
}

function answersOf(folder: string, file: string): Recording[] {
	const cassette = parse(unzipped(readFileSync(`${folder}/${file}`)).toString(), {
		customTags: ["binary"],
		maxAliasCount: -1,
		logLevel: "silent",
	}) as Cassette;
	const responses = cassette.interactions?.map(({ response }) => response) ?? cassette.responses ?? [];
	return responses.flatMap(({ body }, i) => {
		const bytes = unzipped(Buffer.from(body?.string ?? ""));
		const api = apiOf(bytes.toString());
		return api === undefined ? [] : [{ name: `${file.split("/")[0]} ${basename(file).replace(/\.yaml(\.gz)?$/, "")}#${i}`, api, bytes }];
	});
}

function unzipped(bytes: Buffer): Buffer {
	return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** By the words that only answers of the one API have. Undefined: no stream, or of an API that the proxy does not have. */
function apiOf(text: string): ApiName | undefined {
	if (!/^(?::.*\s+)?(?:event|data):/.test(text)) return undefined;
	if (/"type": ?"response\.created"/.test(text)) return "openai-responses";
	if (/"type": ?"message_start"/.test(text)) return "anthropic-messages";
	if (text.includes('"chat.completion.chunk"')) return "openai-chat";
	if (text.includes('"text_completion"')) return "openai-completions";
	return /"candidates": ?\[/.test(text) ? "gemini-generate" : undefined;
}

/** Every member that occurs, with the type of its value, and every type of event. */
function shapeOf({ api, bytes }: Recording): string {
	const places = new Set<string>();
	const visit = (value: unknown, path: string): void => {
		if (typeof value !== "object" || value === null) places.add(`${path} ${typeof value} ${/\.(?:type|object)$/.test(path) ? value : ""}`);
		else for (const [name, member] of Object.entries(value)) visit(member, Array.isArray(value) ? `${path}[]` : `${path}.${name}`);
	};
	for (const event of dataOf(bytes.toString())) visit(event, "");
	return [api, ...[...places].sort()].join("\n");
}
