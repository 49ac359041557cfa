import { pathToFileURL } from "node:url";
import type { ScanInput } from "./scan-input.ts";
import type { LocatedFinding, ScanResult } from "./scan-result.ts";

/** `--sarif`: one log in SARIF 2.1.0 (OASIS) over all inputs. Holds places and types, never text of the inputs. */
export function scanSarif(
	results: readonly ScanResult[],
	faults: readonly (ScanInput & { readonly kind: "fault" })[],
	version: string,
): object {
	const types = [...new Set(results.flatMap(({ findings }) => findings.map(({ type }) => type)))].sort();
	return {
		$schema: "https://json.schemastore.org/sarif-2.1.0.json",
		version: "2.1.0",
		runs: [
			{
				tool: {
					driver: {
						name: "secure-llm-proxy",
						version,
						rules: types.map((id) => ({ id, shortDescription: { text: `Text of type ${id}` } })),
					},
				},
				columnKind: "unicodeCodePoints",
				invocations: [
					{
						executionSuccessful: faults.length === 0,
						toolExecutionNotifications: faults.map(({ file, reason, remedy }) => ({
							level: "error",
							message: { text: `${file} ${reason}: ${remedy}` },
						})),
					},
				],
				results: results.flatMap(({ input, findings }) => findings.map((finding) => resultOf(input.file, finding, types))),
			},
		],
	};
}

function resultOf(file: string, { type, isSecret, score, from, to }: LocatedFinding, types: readonly string[]): object {
	return {
		ruleId: type,
		ruleIndex: types.indexOf(type),
		level: isSecret ? "error" : "warning",
		message: { text: `Found text of type ${type}.` },
		rank: Math.round(score * 100),
		locations: [
			{
				physicalLocation: {
					artifactLocation: { uri: uriOf(file) },
					region: {
						startLine: from.line,
						startColumn: from.column,
						endLine: to.line,
						endColumn: to.column,
						charOffset: from.codePoint,
						charLength: to.codePoint - from.codePoint,
						byteOffset: from.byte,
						byteLength: to.byte - from.byte,
					},
				},
			},
		],
	};
}

/** A relative path stays relative, so that a log is the same in every checkout. */
function uriOf(file: string): string {
	if (file === "-") return "stdin";
	return file.startsWith("/") ? pathToFileURL(file).href : file.split("/").map(encodeURIComponent).join("/");
}
