import { type Document, isScalar, type LineCounter, visit, type YAMLError } from "yaml";
import type { ConfigFault } from "./config-fault.ts";

/** What is better said in our own words, and what to do. */
const OWN_WORDS: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
	MULTIPLE_DOCS: ["has a second document", "Put all sections into one, without a line of ---."],
	NON_STRING_KEY: ["has a section or a list in the place of a key", "Write a name there, or put it in quotes."],
	BAD_ALIAS: ["has a value that begins with *, which YAML takes for an alias", 'Put the value in quotes, such as "*".'],
	TAG_RESOLVE_FAILED: ["has a value that begins with !, which YAML takes for its type", "Put the value in quotes."],
};

/** Faults that are told of one file: one that is no text has thousands. */
const MAX_FAULTS = 10;

/** A file that is being written over is empty for a moment, and a reload would take away keys, policies and providers. */
const EMPTY: ConfigFault = {
	path: "",
	message: "is empty",
	remedy: "Write its sections, or {} for all defaults. Move a new file into the place of the old one rather than writing over it.",
};

/** What is wrong with a file as YAML, and where; nothing that stands in it is quoted, because that may be a secret. */
export function yamlFaults(document: Document, lines: LineCounter): readonly ConfigFault[] {
	const { errors, warnings, contents } = document;
	// A value of a type that is not known would count as empty.
	const unknownTypes = warnings.filter(({ code }) => code === "TAG_RESOLVE_FAILED");
	const faults = [...errors, ...unknownTypes].slice(0, MAX_FAULTS).map(faultOf);
	if (faults.length > 0) return faults;
	if (contents === null || (isScalar(contents) && contents.value === null)) return [EMPTY];
	return [...lostKeys(document, lines), ...aliasFaults(document, lines)];
}

/** Aliases of nothing: most are globs, as of models, that should be in quotes. */
function aliasFaults(document: Document, lines: LineCounter): ConfigFault[] {
	const faults: ConfigFault[] = [];
	visit(document, {
		Alias(_, alias) {
			if (alias.resolve(document) !== undefined) return;
			const { line, col } = lines.linePos(alias.range?.[0] ?? 0);
			faults.push({
				path: "",
				message: `has an alias (*name) that names nothing at line ${line}, column ${col}`,
				remedy: "Put a value that begins with * in quotes; else write out what the alias stands for.",
			});
		},
	});
	return faults.slice(0, MAX_FAULTS);
}

/** Keys that would be left out, with all that stands behind them: what they are, why, and what to do. */
const LOST_KEYS: ReadonlyMap<unknown, readonly [what: string, why: string, remedy: string]> = new Map([
	["<<", ["a merge key (<<)", "which YAML 1.2 does not know", "Write the keys out."]],
	["__proto__", ["a key __proto__", "which can be no name in JavaScript", "Choose another name."]],
]);

function lostKeys(document: Document, lines: LineCounter): ConfigFault[] {
	const faults: ConfigFault[] = [];
	visit(document, {
		Pair(_, { key }) {
			const lost = isScalar(key) ? LOST_KEYS.get(key.value) : undefined;
			if (lost === undefined || !isScalar(key)) return;
			const [what, why, remedy] = lost;
			faults.push({ path: "", message: `has ${what} on line ${lines.linePos(key.range?.[0] ?? 0).line}, ${why}`, remedy });
		},
	});
	return faults.slice(0, MAX_FAULTS);
}

function faultOf({ code, message, linePos: [at] = [] as never }: YAMLError): ConfigFault {
	// Behind these the parser quotes.
	const theirs = message.replace(/(?:: | at line \d| \\).*/s, "");
	const [words, remedy] = OWN_WORDS[code] ?? [theirs, "Correct the YAML syntax."];
	return { path: "", message: at === undefined ? words : `${words} at line ${at.line}, column ${at.col}`, remedy };
}
