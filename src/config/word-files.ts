import { readWholeFile } from "../core/whole-file.ts";
import type { ConfigFault } from "./config-fault.ts";
import { MAX_WORDS, wordFaults } from "./word-faults.ts";

type Section = Record<string, unknown>;

/** Puts the words of every `words_file` of a section `security`, as it is written, and its policies in the place of the name. */
export function insertWordFiles(security: unknown): ConfigFault[] {
	if (!isSection(security)) return [];
	const policies = Object.entries(isSection(security["policies"]) ? security["policies"] : {});
	return [["security", security] as const, ...policies.map(([name, policy]) => [`security.policies.${name}`, policy] as const)].flatMap(
		([path, section]) =>
			patternsOf(section).flatMap((pattern, i) => insertWords(pattern, `${path}.pii_protection.custom_patterns.${i}.words_file`)),
	);
}

function patternsOf(policy: unknown): readonly unknown[] {
	const pii = isSection(policy) ? policy["pii_protection"] : undefined;
	const patterns = isSection(pii) ? pii["custom_patterns"] : undefined;
	return Array.isArray(patterns) ? patterns : [];
}

function insertWords(pattern: unknown, path: string): ConfigFault[] {
	if (!isSection(pattern) || typeof pattern["words_file"] !== "string") return [];
	const { words_file: file, words, case_insensitive: caseInsensitive } = pattern;
	if (words !== undefined) return [{ path, message: "stands beside words", remedy: "Keep one of them." }];
	const entries = linesOf(file as string);
	if (typeof entries === "string")
		return [{ path, message: entries, remedy: "Give the path of a UTF-8 file with one word or phrase a line." }];
	if (entries.length === 0 || entries.length > MAX_WORDS)
		return [
			{
				path,
				message: `${file} has ${entries.length} entries`,
				remedy: `Have 1 to ${MAX_WORDS} of them; split a longer list into several patterns.`,
			},
		];
	const faults = wordFaults(
		entries.map(({ text }) => text),
		caseInsensitive === true,
	);
	delete pattern["words_file"];
	pattern["words"] = entries.map(({ text }) => text);
	return faults.map(({ index, message }) => ({
		path,
		message: `line ${entries[index]?.line} of ${file} ${message}`,
		remedy: "Remove or shorten it.",
	}));
}

function linesOf(file: string): readonly { readonly text: string; readonly line: number }[] | string {
	try {
		return new TextDecoder("utf-8", { fatal: true })
			.decode(readWholeFile(file))
			.split(/\r\n?|\n/)
			.map((text, i) => ({ text: text.trim(), line: i + 1 }))
			.filter(({ text }) => text !== "" && !text.startsWith("#"));
	} catch (error) {
		return `cannot read ${file}: ${(error as Error).message}`;
	}
}

function isSection(value: unknown): value is Section {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
