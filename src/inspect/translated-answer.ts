import { type ApiName, takesForm } from "../core/api.ts";
import { errorEvent } from "../core/error-envelope.ts";
import type { TranscriptFormat } from "../core/transcript-format.ts";
import type { AnswerTranslation, TokenBudget, TranslatedBody } from "../core/translation.ts";
import { parseExactObject } from "../providers/json-object.ts";
import { nameModel, renameModel } from "../providers/rename-model.ts";
import { isTranscriptFormat, JSON_FOR, transcriptText } from "../providers/transcript-text.ts";
import { translationFor } from "../providers/translate/registry.ts";
import type { Translation, TranslationState } from "../providers/translate/translation.ts";
import { writeExact } from "../wire/exact-json.ts";
import { sseBlocks } from "../wire/sse-decoder.ts";
import type { FilterState, ResponseFilter } from "./answer-filter.ts";
import type { BodyFilter } from "./body-filter.ts";
import type { FilterStep } from "./filter-step.ts";
import { readFormBody } from "./form-body.ts";

/** How an upstream wants a request. */
export interface UpstreamForm {
	/** Its API. */
	readonly to: ApiName;
	/** Its name for the model. */
	readonly model: string;
	readonly budget: TokenBudget;
}

/** A client's request, already inspected, as its upstream wants it. */
export function translateRequest(body: Uint8Array, client: ApiName, { to, model, budget }: UpstreamForm): TranslatedBody {
	if (takesForm(client)) return translateForm(body, model);
	const json = Buffer.from(body).toString("utf8");
	const renamed = client.startsWith("openai") ? nameModel(json, model) : renameModel(json, model);
	if (to === client) return { ok: true, body: Buffer.from(renamed), includeUsage: false };
	const result = translationFor(client).request(parseExactObject(renamed) ?? {}, budget);
	if (!result.ok) return result;
	return { ok: true, body: Buffer.from(writeExact(result.request)), includeUsage: result.includeUsage };
}

/** A form with its upstream's name for the model. Transcripts are asked for in JSON, which says what of them is text. */
function translateForm(body: Uint8Array, model: string): TranslatedBody {
	const form = readFormBody(body);
	if (!form.ok) return { ok: false, message: form.message, param: form.param ?? "file" };
	const { response_format: asked } = form.value;
	const written = Object.assign({}, form.value, { model }, isTranscriptFormat(asked) && { response_format: JSON_FOR[asked] });
	return {
		ok: true,
		body: form.write(JSON.stringify(written)),
		includeUsage: false,
		contentType: form.contentType,
		...(isTranscriptFormat(asked) && { transcriptAs: asked }),
	};
}

/** A transcript as the client asked for it. */
export function writeTranscript(filter: BodyFilter, format: TranscriptFormat): BodyFilter {
	return bodyAs(filter, (json) => transcriptText(parseExactObject(json) ?? {}, format));
}

/**
 * A streamed answer for a client of another format: inspected in its upstream's format, then what is safe is said in the
 * client's. The translation is part of the resume state, so a move to another lane says nothing twice.
 */
export function translateStream(filter: ResponseFilter, options: AnswerTranslation, resumed: TranslationState | undefined): ResponseFilter {
	const translation = translationFor(options.to);
	const state = resumed ?? translation.newState();
	const translate = (step: FilterStep): FilterStep => ({ ...step, out: translateBlocks(step.out, translation, state, options) });
	return {
		found: () => filter.found(),
		usage: () => filter.usage(),
		push: (bytes) => translate(filter.push(bytes)),
		end: (fault) => translate(filter.end(fault)),
		failure: (code) => errorEvent(options.to, code),
		state: (): FilterState => Object.assign({}, filter.state(), { translation: state }),
		close: () => filter.close(),
	};
}

/** `sse` is the filter's own output: whole blocks, valid JSON. */
function translateBlocks(sse: string, translation: Translation, state: TranslationState, options: AnswerTranslation): string {
	if (sse === "") return "";
	let out = "";
	for (const { raw, event } of sseBlocks(sse)) {
		if (event === undefined) out += raw;
		else if (event.data === "[DONE]") out += translation.event(state, "done", options);
		else out += translation.event(state, parseExactObject(event.data) ?? {}, options);
	}
	return out;
}

/** The same for a non-streamed answer. */
export function translateBody(filter: BodyFilter, options: AnswerTranslation): BodyFilter {
	return bodyAs(filter, (json) => {
		const answer = parseExactObject(json);
		const translated = answer && translationFor(options.to).body(answer, options);
		return translated && writeExact(translated);
	});
}

/** `say`: what goes out in the place of inspected JSON; undefined where that is no such answer. */
function bodyAs(filter: BodyFilter, say: (json: string) => string | undefined): BodyFilter {
	return {
		found: () => filter.found(),
		usage: () => filter.usage(),
		push: (bytes) => filter.push(bytes),
		end(fault) {
			const step = filter.end(fault);
			if (step.ended === "fault") return step;
			const out = say(step.out);
			if (out === undefined) return { out: "", consumed: step.consumed, ended: "fault", code: "upstream_invalid_event" };
			return { ...step, out };
		},
	};
}
