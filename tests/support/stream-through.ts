import type { ApiName } from "../../src/core/api.ts";
import type { FilterState } from "../../src/inspect/answer-filter.ts";
import { arrayStream } from "../../src/inspect/array-answer.ts";
import type { TextStyle } from "../../src/inspect/conversation.ts";
import type { EndKind } from "../../src/inspect/filter-step.ts";
import { createResponseFilter } from "../../src/inspect/response-filter.ts";
import type { TranscriptEntry } from "../../src/inspect/transcript.ts";
import { translateStream } from "../../src/inspect/translated-answer.ts";
import { packState, unpackState } from "../../src/lanes/codec.ts";
import type { StreamFormat } from "../../src/providers/provider.ts";
import { providerOf } from "../../src/providers/registry.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import type { FindingReport } from "../../src/verdict/finding-report.ts";
import type { Next } from "./random.ts";

export interface StreamRun {
	/** The upstream's. */
	readonly api: ApiName;
	/** The events are the elements of a JSON array. */
	readonly isArray?: true;
	/** The client's, where it is another. */
	readonly client?: ApiName;
	readonly program: ScannerProgram;
	readonly style: TextStyle;
	/** Bytes of the TCP writes, in turn; or each event by itself, as it comes from a model that is not in a hurry. */
	readonly sizes: readonly number[] | "events";
	/** The answer moves to another lane after every so many writes; absent: never. */
	readonly moveEvery?: number;
}

/** An answer of so many bytes at once, event by event, in short pieces, and in long ones with moves to other lanes. */
export function someRuns(bytes: number, next: Next): readonly Pick<StreamRun, "sizes" | "moveEvery">[] {
	return [
		{ sizes: [bytes] },
		{ sizes: "events" },
		{ sizes: [1 + Math.floor(next() * 30)] },
		{ sizes: Array.from({ length: 7 }, () => 1 + Math.floor(next() * 500)), moveEvery: 1 + Math.floor(next() * 9) },
	];
}

/** What comes out of the filter for a whole upstream answer. */
export function streamThrough(
	bytes: Buffer,
	run: StreamRun,
): { readonly out: string; readonly ended: EndKind | undefined; readonly found: FindingReport } {
	const { api, isArray, client, program, style, moveEvery = Number.POSITIVE_INFINITY } = run;
	const sizes = run.sizes === "events" ? eventSizes(bytes) : run.sizes;
	const journal: TranscriptEntry[] = [];
	const open = (state?: FilterState) => {
		const filter = createResponseFilter({
			format: providerOf(api).stream as StreamFormat,
			api,
			program,
			style,
			onCut: "end",
			maxBlockBytes: 1 << 20,
			maxChannels: 8,
			choices: Number.POSITIVE_INFINITY,
			...(state && { state, journal }),
		});
		if (isArray) return arrayStream(filter, 1 << 20, state?.array);
		if (client === undefined) return filter;
		return translateStream(filter, { to: client, includeUsage: true, created: 1 }, state?.translation);
	};
	let filter = open();
	let out = "";
	let base = 0;
	for (let at = 0, i = 1; at < bytes.length; i++) {
		const to = Math.min(bytes.length, at + (sizes[(i - 1) % sizes.length] as number));
		const chunk = bytes.subarray(at, to);
		const plain = filter.pushPlain?.(chunk);
		const step = plain === undefined ? filter.push(chunk) : { ...plain, out: plain.out ?? chunk.toString() };
		at = to;
		out += step.out;
		journal.push(...(step.kept ?? []));
		if (step.ended !== undefined) return { out, ended: step.ended, found: filter.found() };
		if (i % moveEvery !== 0) continue;
		const state = unpackState<FilterState>(packState(filter.state()));
		filter.close();
		filter = open(state);
		base += step.consumed;
		const replay = filter.push(bytes.subarray(base, at));
		if (replay.out !== "") throw new Error("bytes that gave no output gave some when they were replayed");
	}
	const end = filter.end(undefined);
	filter.close();
	return { out: out + end.out, ended: end.ended, found: filter.found() };
}

function eventSizes(bytes: Buffer): number[] {
	const events = bytes.toString("latin1").split(/(?<=\r\n\r\n|\n\n)/);
	return events.map(({ length }) => length);
}

/** An SSE event with every character of every JSON string, names too, as `\u0034`. */
export function escapeStrings(event: string): string {
	return event.replace(/^data: ?(\{.*)$/gm, (_line, json: string) => `data: ${json.replace(/"(?:[^"\\]|\\.)*"/g, escaped)}`);
}

function escaped(literal: string): string {
	const text = JSON.parse(literal) as string;
	return `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
}
