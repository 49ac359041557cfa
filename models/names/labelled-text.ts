import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENTITIES, type Entity } from "../../src/models/entity-labels.ts";
import type { TextBefore } from "../../src/models/text-before.ts";
import { textSegments } from "../../src/models/text-segments.ts";
import type { Token } from "../../src/models/token-text.ts";
import type { SplitRow } from "./split.ts";

/** A text and its entities, in UTF-16 indices. */
export interface LabelledText {
	readonly text: string;
	readonly spans: readonly { readonly from: number; readonly to: number; readonly entity: Entity }[];
}

/** Tokens of one segment and the label of each. */
export interface LabelledSegment {
	readonly tokens: readonly Token[];
	readonly before: TextBefore;
	readonly labels: Uint8Array;
}

export interface CorpusRow extends SplitRow {
	readonly corpus?: string;
	readonly lang: string;
	readonly spans: readonly { readonly start: number; readonly end: number; readonly type: string; readonly orig?: string }[];
}

export function readRows(dir: string, corpus: string): CorpusRow[] {
	const lines = readFileSync(join(dir, corpus, "dev.jsonl"), "utf8")
		.split("\n")
		.filter(Boolean);
	return lines.map((line) => {
		const row = JSON.parse(line) as CorpusRow;
		return { ...row, spans: row.spans ?? [] };
	});
}

/** Words that contracts and clinical reports use for a party or a relative: annotated there, and nobody's name. */
const ROLES =
	/^(?:the )?(?:borrowers?|lenders?|bank|company|agent|guarantor|trustee|executive|madre|padre|herman[oa]s?|hij[oa]s?|espos[oa]|abuel[oa]s?|tí[oa]s?|mujer|marido|familia|primo|prima)$/i;

/** Some corpora count a title as part of the name, and some do not. Here it is none. */
const TITLE =
	/^(?:(?:mr|mrs|ms|miss|mx|dr|prof|sir|professor|doctor|herr|frau|mme|mlle|monsieur|madame|sr|sra|srta|señor|señora|dra|don|doña|agent|nurse|judge)\b\.?\s+|m\.\s+(?=\p{Lu}\p{Ll}))+/iu;

/** A row with its labels as ours. */
export function labelledText({ text, spans }: CorpusRow): LabelledText {
	const chars = [...text];
	const indices = [0];
	for (const char of chars) indices.push((indices.at(-1) as number) + char.length);
	const mapped = spans.flatMap(({ start, end, type, orig }) => {
		const value = chars.slice(start, end).join("");
		const entity = entityOf(type, orig ?? "", value);
		if (entity === undefined) return [];
		const title = entity === "person" ? (TITLE.exec(value)?.[0].length ?? 0) : 0;
		return [{ from: (indices[start] ?? 0) + title, to: indices[end] ?? 0, entity }];
	});
	return { text, spans: joinAddresses(text, mapped) };
}

function entityOf(type: string, orig: string, value: string): Entity | "part" | undefined {
	if (/(?:part|deriv)$/.test(orig) || ROLES.test(value.trim())) return undefined;
	switch (type) {
		case "PERSON":
			return "person";
		case "ADDRESS":
			return "address";
		case "ORG":
			return "organization";
		case "LOCATION":
			return "place";
		case "ZIP":
			return "part";
		default:
			return undefined;
	}
}

/** Some corpora label street, town and postcode apart: in one run they are one address. */
function joinAddresses(
	text: string,
	spans: readonly { from: number; to: number; entity: Entity | "part" }[],
): { from: number; to: number; entity: Entity }[] {
	const joined: { from: number; to: number; entity: Entity | "part" }[] = [];
	for (const span of [...spans].sort((a, b) => a.from - b.from)) {
		const last = joined.at(-1);
		const isNear = last !== undefined && /^[\s,?]*$/.test(text.slice(last.to, span.from)) && span.from - last.to < 12;
		const isAddress = last?.entity === "address" && ["address", "place", "part"].includes(span.entity);
		if (isNear && isAddress) joined[joined.length - 1] = { ...last, to: Math.max(last.to, span.to) };
		else joined.push(span);
	}
	return joined.flatMap(({ entity, ...span }) => (entity === "part" ? [] : [{ ...span, entity }]));
}

/** The segments that the scanner would see, with labels. */
export function segmentsOf({ text, spans }: LabelledText): LabelledSegment[] {
	let index = 0;
	return textSegments(text).flatMap(({ text: part, tokens, before }) => {
		const at = index;
		index += part.length;
		return tokens.length === 0 ? [] : [{ tokens, before, labels: labelsOf(tokens, at, spans) }];
	});
}

function labelsOf(tokens: readonly Token[], offset: number, spans: LabelledText["spans"]): Uint8Array {
	let open: unknown;
	return Uint8Array.from(tokens, ({ from, to }) => {
		const span = spans.find((candidate) => candidate.from < to + offset && candidate.to > from + offset);
		const begins = span !== open;
		open = span;
		return span === undefined ? 0 : 1 + 2 * ENTITIES.indexOf(span.entity) + (begins ? 0 : 1);
	});
}
