import type { FindingCounts, FindingNote } from "../verdict/finding-report.ts";
import type { PromptTraits } from "../verdict/prompt-traits.ts";

/** One try to get an answer from a provider. */
export interface AttemptRecord {
	readonly provider: string;
	/** The provider's name for the model. */
	readonly model: string;
	/** HTTP status, an error code of the catalogue, or `abandoned`: the session ended first. */
	readonly result: string;
	/** Why there was no answer, as the system, TLS or the HTTP parser calls it; absent where it does not say. */
	readonly cause?: string;
	/** ms until then. */
	readonly durationMs: number;
}

/** One request that became a session, and what was decided about it. Never holds text of a prompt or an answer. */
export interface InteractionRecord {
	readonly type: "interaction";
	/** When the request arrived, ISO 8601 in UTC. */
	readonly time: string;
	readonly requestId: string;
	/** Who asked, as known to the proxy; only a keyed hash of it is written. */
	readonly subject: string;
	readonly method: string;
	readonly path: string;
	readonly api: string;
	/** Empty when the request was refused before it was read. */
	readonly model: string;
	/** The one that was asked last; empty: none was. */
	readonly provider: string;
	/** In their order. */
	readonly attempts: readonly AttemptRecord[];
	/** The policy that decided; `version` is its content hash. */
	readonly policy: { readonly name: string; readonly version: string };
	/** In a dry run: what would have been decided about the prompt and the answer. */
	readonly would?: { readonly prompt: string; readonly response: string };
	/** Id of the consent that chose the policy. */
	readonly consent?: string;
	/** `traits`: absent where no prompt was read. */
	readonly prompt: FindingRecord & { readonly action: string; readonly score: number; readonly traits?: PromptTraits };
	readonly response: FindingRecord;
	/** `complete`, `cut`, `client_abort`, or an error code of the catalogue. */
	readonly outcome: string;
	/** HTTP status sent; 0 when none was. */
	readonly status: number;
	/** Times that the answer went on with another lane because its own died. */
	readonly laneMoves: number;
	/** From the request to the end of its answer, ms. The parts below are absent where it did not come so far. */
	readonly durationMs: number;
	/** Until the verdict about the prompt: what inspection added before the upstream was asked. */
	readonly promptMs?: number;
	/** From asking the upstream to its first byte. */
	readonly upstreamMs?: number;
	/** From the upstream's first byte to the first byte that went out. */
	readonly firstByteMs?: number;
	/** Longest time between bytes that came and the next that went out. Holds a lane's work and what was withheld. */
	readonly longestHoldMs?: number;
	/** Bytes of a streamed answer's text, those of them that waited for what came next, and how many did at one time in one text. */
	readonly textBytes?: number;
	readonly heldBytes?: number;
	readonly mostHeldBytes?: number;
	/** Where there is a cache: whether the answer came from it (`hit`: no provider was asked), or might have. */
	readonly cache?: "hit" | "miss" | "bypass";
	/** As the provider counts them. */
	readonly tokens?: { readonly input: number; readonly output: number };
	/** In US dollars, by the configured prices. */
	readonly costUsd?: number;
}

export interface FindingRecord {
	readonly findings: FindingCounts;
	/** Where the first findings were. */
	readonly details: readonly FindingNote[];
}

/** A request that was refused before it became a session. Equal ones within a short time are one record. */
export interface RefusalRecord {
	readonly type: "refusal";
	readonly time: string;
	/** Of the first of them; empty where several kinds are counted together. */
	readonly requestId: string;
	/** Who asked: a caller where one is known, else an address. */
	readonly subject: string;
	/** Empty where the request could not be read. */
	readonly method: string;
	readonly path: string;
	/** Error code of the catalogue. */
	readonly outcome: string;
	readonly status: number;
	/** How many there were. */
	readonly count: number;
}

/** What was said, where the configuration asks for it. Only ever written encrypted with the subject's key. */
export interface ContentRecord {
	readonly type: "content";
	readonly time: string;
	readonly requestId: string;
	readonly subject: string;
	/** `redacted`: the request as it went upstream and the answer as it was delivered. `full`: both as they came. */
	readonly kind: "redacted" | "full";
	/** Absent: it was blocked, or there was none. */
	readonly prompt: string | undefined;
	readonly answer: string | undefined;
	/** Some of it was left out for its length. */
	readonly isShortened: boolean;
}

/** Something that happened to the proxy itself. */
export interface SystemRecord {
	/** A `suspension` has the `subject` that may not ask for a while. */
	readonly type: "start" | "stop" | "reload" | "lane" | "dropped" | "suspension";
	readonly time: string;
	readonly [detail: string]: string | number | boolean;
}

export type AuditRecord = InteractionRecord | RefusalRecord | ContentRecord | SystemRecord;
