import { longNumber } from "../wire/json-numbers.ts";
import { findStrings, type JsonPath, type JsonShape, type JsonSpan, type JsonString, type Wanted } from "../wire/json-strings.ts";
import { codeLists } from "./code-lists.ts";
import { type EmbeddedData, type FileKind, fileIn, isSealed, readBase64, readDataUrl } from "./embedded-data.ts";
import { type CompiledTable, compileTable } from "./field-shapes.ts";
import { valueAt } from "./json-object.ts";
import type { Place, SourceKind } from "./provider.ts";

/**
 * How one string of a vendor's JSON is treated.
 * - number: a time or a seed; passes as a number, however long. A string there is `whole`
 * - name: an identifier or enum made by the vendor; passes when it has the form of one, else it is `whole`
 * - callId: some servers take it from what the model wrote, so it is `whole`; a vendor's number in it is read without the word before it
 * - opaque: encrypted or signed data that only the vendor reads; passes when it is base64 that spells no text, else it is `whole`
 * - media: encoded image or sound; document: an encoded file. Cannot be inspected, unless their bytes are text
 * - whole, copy, delta, echo: see `Place`; with `Json`: JSON source in the string, or the object that it says; with `Answer`: see `SourceKind`
 * - wholeTool, copyTool: the name of a tool that is called
 * - part: like whole; texts in the same list may go on with it, whatever stands between
 * - wholeValue: any JSON value, inspected as its source, so that its numbers and member names are seen too
 *
 * A number that is long enough to be a card or an account is inspected wherever else it stands.
 */
export type Treatment =
	| "number"
	| "name"
	| "callId"
	| "opaque"
	| "media"
	| "document"
	| "whole"
	| "copy"
	| "wholeTool"
	| "copyTool"
	| "delta"
	| "echo"
	| "part"
	| "wholeJson"
	| "copyJson"
	| "deltaJson"
	| "wholeAnswer"
	| "copyAnswer"
	| "deltaAnswer"
	| "wholeValue";

/** Path → treatment. `#` is any array index, `*` any one member, a final `**` anything below. The first match counts. */
export type FieldTable = readonly (readonly [path: string, treatment: Treatment])[];

export interface Fields {
	readonly places: readonly Place[];
	/** Values at the paths asked for with `spans`. */
	readonly spans: readonly JsonSpan[];
	/** Something in it cannot be inspected: media or a file, a number in place of a growing text, an index that names no element. */
	readonly isOpaque: boolean;
	/** Where files stand that may hold text and cannot be inspected, and where pictures, sound and films do. */
	readonly files: Readonly<Record<FileKind, readonly JsonPath[]>>;
}

export interface FieldReaderOptions {
	/** Names the channel of a delta; default: the path with each array position replaced by the element's `index`. */
	readonly channelOf?: (root: unknown, path: JsonPath) => string;
	/** Paths of values whose spans are wanted, as in the table. */
	readonly spans?: readonly string[];
	/** Paths whose member names are the vendor's, beside those that the table spells out. */
	readonly names?: readonly string[];
	/** Where the table's word depends on the values around: the treatment in its place, or undefined. */
	readonly refine?: (root: unknown, path: JsonPath) => Treatment | undefined;
}

/** An identifier, a model name, an enum: no blanks, no `@`. */
export const NAME = /^[\w.:/+-]{0,128}$/;
/** xAI's calls. The word before the number would make it a telephone's. */
const CALL_NUMBER = /^(call_)(\d{1,8})$/;

/**
 * Reads JSON by a table. The result is undefined when the JSON is nested too deeply, names a member twice, or in a way that
 * some readers take for a name of the table. A path not in the table is `whole`.
 */
export function createFieldReader(
	table: FieldTable,
	options: FieldReaderOptions = {},
): (json: string, root: unknown) => Fields | undefined {
	const compiled = compileTable(table, options.names ?? []);
	const wanted = new Map<string, Wanted>([
		...(options.spans ?? []).map((path) => [path, "span"] as const),
		...table.filter(([, treatment]) => treatment === "wholeValue").map(([path]) => [path, "leaf"] as const),
		...table.filter(([, treatment]) => treatment.endsWith("Json")).map(([path]) => [path, "object"] as const),
	]);
	const wantedOf = wanted.size === 0 ? undefined : (_path: JsonPath, shape: JsonShape) => wanted.get(shape);
	const channelOf = options.channelOf ?? channelOfPath;
	const treatmentOf = (root: unknown, string: JsonString): Treatment =>
		(string.isName ? undefined : options.refine?.(root, string.path)) ?? treatmentFor(string, compiled);
	/** undefined: nothing to inspect. */
	const read = (root: unknown, string: JsonString): Place | FileKind | undefined => {
		const treatment = treatmentOf(root, string);
		const data = dataIn(string, treatment, compiled);
		// A growing text may go on in plain words, so it is read as it stands.
		const isWrapped = data?.kind === "text" && !treatment.startsWith("delta");
		if (isWrapped) return { wrap: data.wrap, ...placeOf(string, "whole", ""), text: data.text };
		if (data !== undefined && data.kind !== "text") return data.kind;
		if (!isInspected(treatment)) return undefined;
		if (treatment === "part") return placeOf(string, treatment, JSON.stringify(string.path.slice(0, -2)));
		const hasChannel = treatment.startsWith("delta") || treatment.startsWith("copy");
		const place = placeOf(string, treatment, hasChannel ? channelOf(root, string.path) : "");
		return treatment.endsWith("Tool") && isClientCall(root, string.path) ? { isTool: true, ...place } : place;
	};
	const readStrings = (root: unknown, strings: readonly JsonString[]): Pick<Fields, "files" | "isOpaque"> & { places: Place[] } => {
		const places: Place[] = [];
		const files: Record<FileKind, JsonPath[]> = { media: [], document: [] };
		let isOpaque = false;
		for (const string of strings) {
			const place = read(root, string);
			if (typeof place === "object") places.push(place);
			const file = typeof place === "string" ? place : unlistedFile(string, compiled);
			isOpaque ||= file !== undefined || isInGrowingText(string, compiled);
			if (file !== undefined) files[file].push(string.path);
		}
		return { places, files, isOpaque };
	};
	return (json, root) => {
		const found = findStrings(json, wantedOf);
		if (found === undefined || found.strings.some(({ isName, shape }) => isName && compiled.isLikeName(shape))) return undefined;
		const { places, files, ...strings } = readStrings(root, found.strings);
		let { isOpaque } = strings;
		for (const number of found.numbers) {
			const place = readNumber(number, json, compiled);
			if (typeof place === "object") places.push(place);
			isOpaque ||= place === "delta";
		}
		for (const list of codeLists(found.numbers, json))
			if (isInspected(compiled.treatmentOf(list.shape) ?? "whole")) places.push(valuePlace(list, json));
		isOpaque ||= places.some(({ kind, path = [] }) => kind === "delta" && hasOddIndex(root, path));
		const isLeaf = ({ shape }: JsonSpan): boolean => wanted.get(shape) !== "span";
		for (const span of found.spans.filter(isLeaf)) places.push(valuePlace(span, json));
		const spans = found.spans.filter((span) => !isLeaf(span));
		return { places: places.sort((a, b) => a.from - b.from), spans, isOpaque, files };
	};
}

/** JSON source at a place that no table knows. */
function valuePlace({ from, to, path }: JsonSpan, json: string): Place {
	return { kind: "whole", channel: "", source: "value", from, to, text: json.slice(from, to), path };
}

/** A number that may be a card or an account; `delta`: it stands where only a growing text may. */
function readNumber({ path, shape, from, to }: JsonSpan, json: string, table: CompiledTable): Place | "delta" | undefined {
	const text = longNumber(json.slice(from, to));
	const isLong = text !== "";
	// Vectors have many.
	if (!isLong && typeof path.at(-1) === "number") return undefined;
	const treatment = table.treatmentOf(shape);
	if (treatment?.startsWith("delta") && table.isExact(shape)) return "delta";
	return isLong && treatment !== "number" ? { kind: "whole", channel: "", source: "value", from, to, text, path } : undefined;
}

/** Types of what a client is to call; of calls that the vendor makes itself the client only hears. */
const CLIENT_CALLS: ReadonlySet<unknown> = new Set([undefined, "tool_use", "function_call", "custom_tool_call"]);

function isClientCall(root: unknown, path: JsonPath): boolean {
	return CLIENT_CALLS.has(valueAt(root, [...path.slice(0, -1), "type"]));
}

/** Member names that the table spells out are the vendor's; any other may be the model's and is inspected. */
function treatmentFor(string: JsonString, table: CompiledTable): Treatment {
	if (string.isName) return table.names.has(string.shape) ? "name" : "whole";
	const known = table.treatmentOf(string.shape);
	if (known === "name") return NAME.test(string.value) ? "name" : "whole";
	if (known === "opaque") return isSealed(string.value) ? "opaque" : "whole";
	return known === undefined || known === "number" ? "whole" : known;
}

/** Encoded data; a text that the table spells out is plain text, whatever it looks like. */
function dataIn({ shape, value, isName }: JsonString, treatment: Treatment, table: CompiledTable): EmbeddedData | undefined {
	if (isName) return undefined;
	if (treatment === "callId") return numberIn(value);
	if (treatment === "media" || treatment === "document") return readDataUrl(value) ?? readBase64(value, treatment);
	return /^data:/i.test(value) && !table.isExact(shape) ? readDataUrl(value) : undefined;
}

/** Such a text is read as it stands all the same: in a request it may pass. */
function unlistedFile({ shape, value, isName }: JsonString, table: CompiledTable): FileKind | undefined {
	const file = isName ? undefined : fileIn(value);
	if (file === undefined) return undefined;
	return table.isExact(shape) || table.treatmentOf(shape) === "opaque" ? undefined : file;
}

/** A list where a growing text stands: JavaScript joins what is in it to the text. */
function isInGrowingText({ shape }: JsonString, table: CompiledTable): boolean {
	if (!shape.endsWith("#") || table.isExact(shape)) return false;
	const text = shape.replace(/(?:\.?#)+$/, "");
	return table.isExact(text) && table.treatmentOf(text)?.startsWith("delta") === true;
}

function numberIn(value: string): EmbeddedData | undefined {
	const [, prefix, text] = CALL_NUMBER.exec(value) ?? [];
	return prefix === undefined || text === undefined ? undefined : { kind: "text", text, wrap: { prefix, encoding: "plain" } };
}

type Inspected = Exclude<Treatment, "number" | "name" | "opaque" | "wholeValue">;

function isInspected(treatment: Treatment): treatment is Inspected {
	return treatment !== "number" && treatment !== "name" && treatment !== "opaque" && treatment !== "wholeValue";
}

/** The kind and the source of the place that each treatment makes. */
const PLACES: { readonly [Each in Inspected]: readonly [Place["kind"], SourceKind] } = {
	callId: ["whole", "text"],
	media: ["whole", "text"],
	document: ["whole", "text"],
	part: ["whole", "text"],
	whole: ["whole", "text"],
	wholeTool: ["whole", "text"],
	wholeJson: ["whole", "json"],
	wholeAnswer: ["whole", "answer"],
	copy: ["copy", "text"],
	copyTool: ["copy", "text"],
	copyJson: ["copy", "json"],
	copyAnswer: ["copy", "answer"],
	delta: ["delta", "text"],
	deltaJson: ["delta", "json"],
	deltaAnswer: ["delta", "answer"],
	echo: ["echo", "text"],
};

function placeOf({ from, to, value, path }: JsonString, treatment: Inspected, channel: string): Place {
	const [kind, source] = PLACES[treatment];
	return { kind, channel, source, from, to, text: value, path };
}

/** The path as JSON, each array position replaced by the element's own `index` where it has one. */
function channelOfPath(root: unknown, path: JsonPath): string {
	let node: unknown = root;
	const steps = path.map((step) => {
		node = typeof node === "object" && node !== null ? (node as Record<string | number, unknown>)[step] : undefined;
		return typeof step === "number" ? indexOf(node, step) : step;
	});
	return JSON.stringify(steps);
}

/** An element's own `index`, else its position. */
export function indexOf(element: unknown, position: number): number {
	const index = ownIndexOf(element);
	return isCount(index) ? index : position;
}

function ownIndexOf(element: unknown): unknown {
	return typeof element === "object" && element !== null ? (element as Record<string, unknown>)["index"] : undefined;
}

/** Choices, blocks and items of one answer, which are remembered; no vendor gives more. */
const MAX_POSITIONS = 4096;

export function isPosition(value: unknown): value is number {
	return isCount(value) && value < MAX_POSITIONS;
}

export function isCount(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Whether an element on the path calls itself by what is no count: who joins texts by it joins others than are joined here. */
function hasOddIndex(root: unknown, path: JsonPath): boolean {
	let node = root;
	return path.some((step) => {
		node = valueAt(node, [step]);
		const index = typeof step === "number" ? ownIndexOf(node) : undefined;
		return index != null && !isCount(index);
	});
}
