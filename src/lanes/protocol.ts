/**
 * Every message between the front end and a lane: plain data and bytes, copied by structured clone. That copies all of the
 * memory behind a view, so bytes that are views of larger buffers are made their own first (`owned`).
 * The front end sends batches, at most two unanswered per lane, and beside them a long prompt; the lane answers each batch with
 * exactly one reply, in their order but for the long prompt's. A prompt that takes a second look is answered later, in a reply of
 * its own (`NO_BATCH`); a `deferred` before it says by when. A reply of its own without an answer says that a long prompt takes
 * its time: whatever comes from a lane, its deadline begins anew.
 */
import type { AnswerUsage } from "../core/answer-usage.ts";
import type { AnswerMode, ApiName } from "../core/api.ts";
import type { TranscriptFormat } from "../core/transcript-format.ts";
import type { AnswerTranslation, TokenBudget, TranslatedBody } from "../core/translation.ts";
import type { Policy } from "../policy/policy.ts";
import type { FindingReport } from "../verdict/finding-report.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";

/** Identifies a session on its lane; unique for the life of the process. */
export type SessionId = number;

/** A serialised pattern database and the content hash that names it. */
export interface PatternArtifact {
	readonly key: string;
	readonly serialised: Uint8Array;
}

export interface PolicyForModels {
	readonly policyId: string;
	readonly models: readonly string[];
}

/** What kind of answer a session inspects. */
export interface AnswerKind {
	readonly policyId: string;
	/** The upstream's format. */
	readonly api: ApiName;
	readonly mode: AnswerMode;
	/** Absent: the client speaks `api`. */
	readonly translation?: AnswerTranslation;
	/** How the client wants a transcript, which comes as JSON; absent: as it comes. */
	readonly transcriptAs?: TranscriptFormat | undefined;
	/** The request asked for JSON. */
	readonly isStructured?: boolean;
	/** Choices that it asked for; absent: one. */
	readonly choices?: number;
	/** From the verdict about the prompt; the session keeps them, so that a replacement lane gets them too. */
	readonly surrogates?: Uint8Array | undefined;
}

/** A piece of an answer, as it came from the upstream. */
export interface DataMessage {
	readonly kind: "data";
	readonly sid: SessionId;
	readonly bytes: Uint8Array;
}

export type ToLane =
	/** Must precede every use of the policy. */
	| {
			readonly kind: "policy";
			readonly policy: Policy;
			readonly promptArtifact: PatternArtifact;
			readonly responseArtifact: PatternArtifact;
	  }
	| { readonly kind: "dropPolicy"; readonly policyId: string }
	/** Inspect a request body. Answered by `prompt`. */
	| {
			readonly kind: "prompt";
			readonly sid: SessionId;
			/** The first whose globs match the model counts; empty globs do. */
			readonly policies: readonly PolicyForModels[];
			/** Another policy has passed the request before, and that one inspects the answer. */
			readonly isSecond?: boolean;
			/** What the request has been given by then. */
			readonly surrogates?: Uint8Array | undefined;
			/** Id of who asks. */
			readonly caller: string;
			/** What the caller's blocked requests of late say, 0…1; absent: nothing. */
			readonly history?: number | undefined;
			readonly api: ApiName;
			/** Of the request, without query: some APIs carry the model there. */
			readonly path: string;
			readonly body: Uint8Array;
			/** A lane has hung over the second stage: it is not asked again, and counts as late. */
			readonly isLate?: true;
	  }
	/** Put an inspected request into the format of its upstream, with its name for the model. Answered by `translated`. */
	| {
			readonly kind: "translate";
			readonly sid: SessionId;
			/** The client's format. */
			readonly api: ApiName;
			readonly body: Uint8Array;
			/** The upstream's format, and its name for the model. */
			readonly to: ApiName;
			readonly model: string;
			readonly budget: TokenBudget;
	  }
	/** Begin an answer. `resume` continues one whose lane died. */
	| (AnswerKind & {
			readonly kind: "open";
			readonly sid: SessionId;
			readonly resume?: Uint8Array;
			/** Every `journal` so far. */
			readonly journal?: readonly Uint8Array[];
	  })
	| DataMessage
	/** Upstream ended; `fault` when it did not end well (error code of the catalogue). Answered by an `ended` output. */
	| {
			readonly kind: "end";
			readonly sid: SessionId;
			readonly fault?: string;
			/** Size of a whole answer, which is inspected now. */
			readonly bodyBytes?: number;
	  }
	| { readonly kind: "close"; readonly sid: SessionId };

export type FromLane =
	| {
			readonly kind: "prompt";
			readonly sid: SessionId;
			readonly verdict: PromptVerdict;
			/** Index in `policies` of the one that counted; 0 where the request could not be read. */
			readonly choice: number;
	  }
	/** The verdict of this prompt comes within `withinMs`; a lane that breaks its word hangs. */
	| { readonly kind: "deferred"; readonly sid: SessionId; readonly withinMs: number }
	| { readonly kind: "translated"; readonly sid: SessionId; readonly result: TranslatedBody | "internal_error" }
	/** Answers one data message, as `output` does: what came with it is proven safe as it came, and no state goes with it. */
	| { readonly kind: "passed"; readonly sid: SessionId }
	| {
			readonly kind: "output";
			readonly sid: SessionId;
			/** Raw upstream bytes taken in by the data messages this answers (credit). */
			readonly received: number;
			/** Raw upstream bytes, counted from `open`, that need not be replayed after this. */
			readonly consumed: number;
			/** Proven safe; write it. */
			readonly bytes?: Uint8Array;
			/**
			 * State to continue from after `bytes`, on any lane. Absent: the last one stands, and a lane that gets it and the same
			 * data messages again gives out the same bytes again.
			 */
			readonly resume?: Uint8Array;
			/** What the answer's next lane needs beside the state, once for ever: appended to what was sent before. */
			readonly journal?: Uint8Array;
			/** Set once, on the last output. cut and fault: abort the upstream. */
			readonly ended?: "complete" | "cut" | "fault";
			/** With `ended: fault`: the error code. Stream mode has already written the error event. */
			readonly code?: string;
			/** With `ended`. */
			readonly found?: FindingReport;
			/** So far; with every state and with the end. */
			readonly usage?: AnswerUsage;
	  };

/** Bytes of a request from which on its inspection leaves room for other work: some ms of a lane. */
const LONG_BYTES = 16 << 10;

/** A prompt that takes so long that it goes in a batch of its own, and the lane answers others while it judges. */
export function isLongPrompt(item: { readonly kind: string; readonly body?: Uint8Array }): boolean {
	return item.kind === "prompt" && item.body !== undefined && item.body.length >= LONG_BYTES;
}

/** What goes on to whom it concerns; a promise is between the lane and its mailbox. */
export type LaneAnswer = Exclude<FromLane, { readonly kind: "deferred" }>;

/**
 * Most items are a piece of an answer, and what says that it goes out as it came. To copy the names of an object's members
 * costs more than to copy their values, so these two have none on their way.
 */
export type Batch = readonly [seq: number, ...items: (Exclude<ToLane, DataMessage> | readonly [SessionId, Uint8Array])[]];
export type Reply = readonly [seq: number, ...items: (Exclude<FromLane, PassedItem> | SessionId)[]];
type PassedItem = { readonly kind: "passed" };

/** `seq` of a reply that answers no batch: its item was not ready with the others. */
export const NO_BATCH = 0;

export function batchOf(seq: number, items: readonly ToLane[]): Batch {
	const batch: [seq: number, ...items: Batch[1][]] = [seq];
	for (const item of items) batch.push(item.kind === "data" ? [item.sid, item.bytes] : item);
	return batch;
}

export function itemsOf(batch: Batch): ToLane[] {
	const items: ToLane[] = [];
	for (let i = 1; i < batch.length; i++) {
		const item = batch[i] as Batch[1];
		items.push("kind" in item ? item : { kind: "data", sid: item[0], bytes: item[1] });
	}
	return items;
}

export function replyOf(seq: number, items: readonly FromLane[]): Reply {
	const reply: [seq: number, ...items: Reply[1][]] = [seq];
	for (const item of items) reply.push(item.kind === "passed" ? item.sid : item);
	return reply;
}

export function answersOf(reply: Reply): FromLane[] {
	const items: FromLane[] = [];
	for (let i = 1; i < reply.length; i++) {
		const item = reply[i] as Reply[1];
		items.push(typeof item === "number" ? { kind: "passed", sid: item } : item);
	}
	return items;
}
