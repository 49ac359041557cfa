import type { ErrorCode } from "../core/errors.ts";
import type { FilterState, ResponseFilter } from "../inspect/answer-filter.ts";
import { arrayStream } from "../inspect/array-answer.ts";
import { type BodyFilter, createBodyFilter } from "../inspect/body-filter.ts";
import { canaryStyle } from "../inspect/canary.ts";
import { answerStyle, type PromptMemory, type TextStyle } from "../inspect/conversation.ts";
import type { FilterStep } from "../inspect/filter-step.ts";
import { echoProgram } from "../inspect/hidden-text.ts";
import type { LoadedPolicy } from "../inspect/loaded-policy.ts";
import { createResponseFilter } from "../inspect/response-filter.ts";
import { toolCallStyle } from "../inspect/tool-calls.ts";
import type { TranscriptEntry } from "../inspect/transcript.ts";
import { translateBody, translateStream, writeTranscript } from "../inspect/translated-answer.ts";
import { providerOf } from "../providers/registry.ts";
import type { ScannerProgram } from "../scanner/text-scanner.ts";
import { Checkpoint } from "./checkpoint.ts";
import type { LanePolicies } from "./lane-policies.ts";
import type { Packing } from "./packing.ts";
import type { FromLane, SessionId, ToLane } from "./protocol.ts";

/** Bytes of one SSE block or, beyond what a policy could need, one whole answer. */
const MAX_BLOCK_BYTES = 1 << 20;
const MAX_BODY_BYTES = 10 << 20;
const MAX_CHANNELS = 128;

const NO_BYTES = new Uint8Array();
const encoder = new TextEncoder();

type Opening = ToLane & { kind: "open" };
type Output = FromLane & { kind: "output" };

type OpenAnswer =
	| { readonly mode: "stream"; readonly filter: ResponseFilter; readonly checkpoint: Checkpoint }
	| { readonly mode: "body"; readonly filter: BodyFilter };

/** How the texts of one answer are inspected and written. */
interface AnswerContext {
	readonly style: TextStyle;
	readonly program: ScannerProgram;
}

/** The open answers of one lane. */
export class LaneAnswers {
	readonly #policies: LanePolicies;
	readonly #packing: Packing;
	readonly #answers = new Map<SessionId, OpenAnswer>();

	constructor(policies: LanePolicies, packing: Packing) {
		this.#policies = policies;
		this.#packing = packing;
	}

	/** An answer that cannot be begun ends closed. */
	open(item: Opening): readonly FromLane[] {
		try {
			const answer = this.#begun(item);
			if (typeof answer === "string") return [unopened(item.sid, answer)];
			this.#answers.set(item.sid, answer);
			return [];
		} catch {
			return [unopened(item.sid, "internal_error")];
		}
	}

	/** An exception in one answer ends that answer closed; the lane and its other answers go on. */
	take(item: ToLane & { kind: "data" | "end" }): readonly FromLane[] {
		const { sid } = item;
		const answer = this.#answers.get(sid);
		if (answer === undefined) return [];
		const bytes = item.kind === "data" ? item.bytes : NO_BYTES;
		try {
			if (item.kind === "end") return [this.#output(sid, bytes, answer, answer.filter.end(item.fault))];
			return [this.#plain(item, answer) ?? this.#output(sid, bytes, answer, answer.filter.push(bytes))];
		} catch {
			const out = answer.mode === "stream" ? answer.filter.failure("internal_error") : "";
			return [this.#output(sid, bytes, answer, { out, consumed: 0, ended: "fault", code: "internal_error" })];
		}
	}

	close(sid: SessionId): void {
		const answer = this.#answers.get(sid);
		if (answer?.mode === "stream") answer.filter.close();
		this.#answers.delete(sid);
	}

	/** A new answer, or one that goes on from another lane's state; else why there can be none. */
	#begun(item: Opening): OpenAnswer | ErrorCode {
		const policy = this.#policies.get(item.policyId);
		if (policy === undefined) return "lane_failed";
		const provider = providerOf(item.api);
		const common = { onCut: policy.policy.onCut, ...this.#contextOf(policy, item) };
		const { translation } = item;
		if (item.mode === "body") {
			const filter = createBodyFilter({ provider, maxBytes: MAX_BODY_BYTES, ...common });
			if (item.transcriptAs !== undefined) return { mode: "body", filter: writeTranscript(filter, item.transcriptAs) };
			return { mode: "body", filter: translation === undefined ? filter : translateBody(filter, translation) };
		}
		const format = provider.stream;
		if (format === undefined) return "upstream_content_type";
		const state = item.resume === undefined ? {} : { state: this.#packing.unpack<FilterState>(item.resume) };
		const journal = (item.journal ?? []).flatMap((bytes) => this.#packing.unpack<readonly TranscriptEntry[]>(bytes));
		const filter = createResponseFilter({
			format,
			...common,
			api: item.api,
			maxBlockBytes: MAX_BLOCK_BYTES,
			maxChannels: MAX_CHANNELS,
			choices: item.choices ?? 1,
			...state,
			journal,
		});
		return { mode: "stream", filter: outerFilter(filter, item, state.state), checkpoint: new Checkpoint(this.#packing.pack) };
	}

	#contextOf(policy: LoadedPolicy, { isStructured = false, surrogates }: Opening): AnswerContext {
		const memory = surrogates && this.#packing.unpack<PromptMemory>(surrogates);
		const style = Object.assign({}, policy.style("response"), { isStructured });
		const isKnown = memory !== undefined && (memory.isStateful || memory.surrogates.length > 0);
		const known = isKnown ? answerStyle(style, memory) : style;
		const { hasCanary, toolCalls } = policy.policy;
		const marked = hasCanary ? canaryStyle(known, memory?.canary) : known;
		return { style: toolCallStyle(marked, toolCalls, memory?.tools), program: echoProgram(policy, memory?.hidden) };
	}

	/** The reply to an event that goes the short way. */
	#plain({ sid, bytes }: ToLane & { kind: "data" }, answer: OpenAnswer): FromLane | undefined {
		const step = answer.mode === "stream" ? answer.filter.pushPlain?.(bytes) : undefined;
		if (step === undefined || answer.mode !== "stream") return undefined;
		const { out } = step;
		if (out !== undefined) return this.#output(sid, bytes, answer, { ...step, out });
		return reply(sid, bytes, bytes, answer.checkpoint.after(bytes.length, step, answer.filter));
	}

	/** `received`: the bytes that it answers. */
	#output(sid: SessionId, received: Uint8Array, answer: OpenAnswer, step: FilterStep): FromLane {
		const { ended, code } = step;
		const bytes = step.out === "" ? NO_BYTES : encoder.encode(step.out);
		if (ended === undefined) {
			const { consumed } = step;
			return reply(
				sid,
				received,
				bytes,
				answer.mode === "stream" ? answer.checkpoint.after(received.length, step, answer.filter) : { consumed },
			);
		}
		const told = { found: answer.filter.found(), usage: answer.filter.usage() };
		this.close(sid);
		const out = bytes.length > 0 && { bytes };
		return {
			kind: "output",
			sid,
			received: received.length,
			consumed: step.consumed,
			...out,
			ended,
			...(code !== undefined && { code }),
			...told,
		};
	}
}

/** What went out as it came need not be sent: the front end has it. */
function reply(sid: SessionId, received: Uint8Array, bytes: Uint8Array, progress: ReturnType<Checkpoint["after"]>): FromLane {
	if (progress.resume === undefined && bytes.length > 0 && Buffer.compare(bytes, received) === 0) return { kind: "passed", sid };
	return { kind: "output", sid, received: received.length, ...progress, ...(bytes.length > 0 && { bytes }) };
}

function unopened(sid: SessionId, code: ErrorCode): Output {
	return { kind: "output", sid, received: 0, consumed: 0, ended: "fault", code };
}

/** What stands between the filter, which knows SSE in the upstream's format, and the client. */
function outerFilter(filter: ResponseFilter, { mode, translation }: Opening, state: FilterState | undefined): ResponseFilter {
	if (mode === "array") return arrayStream(filter, MAX_BLOCK_BYTES, state?.array);
	return translation === undefined ? filter : translateStream(filter, translation, state?.translation);
}
