import type { AnswerUsage } from "../core/answer-usage.ts";
import type { ApiName } from "../core/api.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { StreamFormat, StreamMemory } from "../providers/provider.ts";
import type { TranslationState } from "../providers/translate/translation.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import type { FindingReport } from "../verdict/finding-report.ts";
import type { ArrayPosition } from "../wire/json-array.ts";
import type { ChannelSetState } from "./channel-set.ts";
import type { TextStyle } from "./conversation.ts";
import type { FilterStep } from "./filter-step.ts";
import type { TranscriptEntry } from "./transcript.ts";

/** Plain data. */
export interface ArrayState {
	readonly position: ArrayPosition;
	/** An element has gone out. */
	readonly isBegun: boolean;
}

/** Plain data: everything that continues a streamed answer on another lane. */
export interface FilterState {
	readonly memory: StreamMemory;
	readonly channels: ChannelSetState;
	readonly found: FindingReport;
	readonly usage: AnswerUsage;
	readonly began: boolean;
	/** Of an answer that is given in another format than its upstream's. */
	readonly translation?: TranslationState;
	/** Of an answer whose events are the elements of a JSON array. */
	readonly array?: ArrayState;
}

/** A streamed answer on its way through a lane. */
export interface ResponseFilter {
	/**
	 * The short way of `push`, for an event that is like the one before and in whose text nothing is found. Undefined: `push`
	 * the same bytes next. `out` is undefined where the bytes go out as they came.
	 */
	pushPlain?(bytes: Uint8Array): (Pick<FilterStep, "consumed" | "kept"> & { readonly out: string | undefined }) | undefined;
	push(bytes: Uint8Array): FilterStep;
	/** Upstream ended, well or with a fault code. */
	end(fault: string | undefined): FilterStep;
	/** What ends the answer with an error when no step can. */
	failure(code: ErrorCode): string;
	state(): FilterState;
	/** What it has found so far. */
	found(): FindingReport;
	/** What it has used so far, as far as it is known. */
	usage(): AnswerUsage;
	close(): void;
}

export interface ResponseFilterOptions {
	readonly format: StreamFormat;
	/** Whose error event ends a fault. */
	readonly api: ApiName;
	readonly program: ScannerProgram;
	readonly style: TextStyle;
	/** Whether an error follows the vendor's own end of a cut answer. */
	readonly onCut: "end" | "error";
	/** Bytes of one SSE block. */
	readonly maxBlockBytes: number;
	/** Texts open at the same time in one answer. */
	readonly maxChannels: number;
	/** Choices that were asked for. A reader of one may join whatever comes, so text of another ends the answer. */
	readonly choices: number;
	readonly state?: FilterState;
	/** Everything that the steps before `state` kept. */
	readonly journal?: readonly TranscriptEntry[];
}
