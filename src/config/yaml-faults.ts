import type { Document, YAMLError } from "yaml";
import type { ConfigFault } from "./config-fault.ts";

/** What is better said in our own words, and what to do. */
const OWN_WORDS: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
	MULTIPLE_DOCS: ["has a second document", "Put all sections into one, without a line of ---."],
	NON_STRING_KEY: ["has a section or a list in the place of a key", "Write a name there, or put it in quotes."],
	TAG_RESOLVE_FAILED: ["has a value that begins with !, which YAML takes for its type", "Put the value in quotes."],
};

/** What is wrong with a file as YAML, and where; nothing that stands in it is quoted, because that may be a secret. */
export function yamlFaults({ errors, warnings }: Document): readonly ConfigFault[] {
	// A value of a type that is not known would count as empty.
	const unknownTypes = warnings.filter(({ code }) => code === "TAG_RESOLVE_FAILED");
	return [...errors, ...unknownTypes].map(faultOf);
}

function faultOf({ code, message, linePos: [at] = [] as never }: YAMLError): ConfigFault {
	// Behind these the parser quotes.
	const theirs = message.replace(/(?:: | at line \d| \\).*/s, "");
	const [words, remedy] = OWN_WORDS[code] ?? [theirs, "Correct the YAML syntax."];
	return { path: "", message: at === undefined ? words : `${words} at line ${at.line}, column ${at.col}`, remedy };
}
