import type { FindingReport } from "./finding-report.ts";
import type { PromptTraits } from "./prompt-traits.ts";

/** Names of the members under which a request would say what it leaves out; absent: it says so, or cannot. */
export interface UnsetSettings {
	readonly maxTokens?: string;
	readonly temperature?: string;
	/** The API refuses the request as it is. */
	readonly needsMaxTokens: boolean;
}

export type PromptAction = "allow" | "flag" | "redact" | "block";

/** What is decided about a request before anything of it goes upstream. */
export type PromptVerdict =
	| {
			readonly action: "allow" | "flag" | "redact";
			/** Request to send upstream. Absent: the original, unchanged. */
			readonly body?: Uint8Array;
			/** The surrogates that the request goes upstream with, packed; only a lane reads them, when it opens the answer. */
			readonly surrogates?: Uint8Array;
			/** The answer may give originals back in their place. */
			readonly mayRestore?: boolean;
			/** In a dry run: what would have been decided; the request passes as it is. */
			readonly would?: PromptAction;
			readonly model: string;
			/** It stands in the path, and not in the body. */
			readonly isModelUnsaid: boolean;
			/** Others that the request names, and where. */
			readonly otherModels: readonly { readonly model: string; readonly param: string }[];
			readonly stream: boolean;
			/** The answer is to be JSON. */
			readonly isStructured: boolean;
			/** Choices that the answer may have. */
			readonly choices: number;
			/** The very same request may get the same answer again. */
			readonly isRepeatable: boolean;
			readonly unset: UnsetSettings;
			readonly score: number;
			readonly found: FindingReport;
			readonly traits: PromptTraits;
			readonly piiDetected: boolean;
	  }
	| {
			readonly action: "block";
			readonly model: string;
			readonly wantsStream: boolean;
			readonly score: number;
			readonly found: FindingReport;
			readonly traits: PromptTraits;
			readonly piiDetected: boolean;
	  }
	/** `/v1/inspect`, `/v1/moderations`: nothing goes upstream, the answer is here. */
	| {
			readonly action: PromptAction;
			/** JSON. */
			readonly answer: Uint8Array;
			readonly model: "";
			readonly score: number;
			readonly found: FindingReport;
			readonly piiDetected: boolean;
	  }
	| { readonly action: "invalid"; readonly code: string; readonly message: string; readonly param: string | null };

/** The request goes upstream. */
export type PassedPrompt = Extract<PromptVerdict, { readonly stream: boolean }>;
export type BlockedPrompt = Extract<PromptVerdict, { readonly wantsStream: boolean }>;

/** What an answer's head says about its prompt. */
export function verdictHeaders({
	piiDetected,
	score,
	action,
}: Exclude<PromptVerdict, { readonly action: "invalid" }>): Record<string, string> {
	return { "x-pii-detected": String(piiDetected), "x-security-score": score.toFixed(2), "x-security-action": action };
}
