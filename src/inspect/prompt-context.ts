import type { Policy } from "../policy/policy.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { Canary } from "./canary.ts";
import type { TextStyle } from "./conversation.ts";
import type { CallerTexts } from "./known-texts.ts";
import type { Questions } from "./questions.ts";

/** What a prompt is judged by. */
export interface PromptRules {
	readonly policy: Policy;
	readonly program: ScannerProgram;
	readonly style: TextStyle;
}

/** What is known of a prompt beside its text. */
export interface PromptContext {
	/** Goes behind the system prompt. */
	readonly canary?: Canary | undefined;
	/** What the caller's blocked requests of late say, 0…1. */
	readonly history?: number | undefined;
	/** For the second stage. */
	readonly questions?: Questions | undefined;
	/** What earlier requests said. Absent: nothing is remembered. */
	readonly known?: CallerTexts | undefined;
	/** Called between pieces of work: others may be done. */
	readonly pause?: (() => void) | undefined;
}
