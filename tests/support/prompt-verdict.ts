import type { TextStyle } from "../../src/inspect/conversation.ts";
import { judgePrompt } from "../../src/inspect/prompt-filter.ts";
import { readPrompt } from "../../src/inspect/read-prompt.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { Provider } from "../../src/providers/provider.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import type { PromptVerdict } from "../../src/verdict/prompt-verdict.ts";

/** The verdict about one request body under one policy. */
export function promptVerdict(
	body: Uint8Array,
	path: string,
	provider: Provider,
	policy: Policy,
	program: ScannerProgram,
	style: TextStyle,
): PromptVerdict {
	const read = readPrompt(body, path, provider);
	return read.action === "invalid" ? read : judgePrompt(read, { policy, program, style });
}
