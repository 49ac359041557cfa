import type { AnswerTranslation, TokenBudget, UntranslatableField } from "../../core/translation.ts";
import type { JsonObject } from "../json-object.ts";

/** A request in the upstream's format, and whether the client wants to know what was used. */
export type TranslatedRequest = { readonly ok: true; readonly request: JsonObject; readonly includeUsage: boolean } | UntranslatableField;

/** What a translated stream has said so far. Plain data, part of the answer's resume state. */
export type TranslationState = Record<string, unknown>;

/** From one vendor's format to another's. Pure functions over JSON objects. */
export interface Translation {
	/** A client's request in the upstream's format. */
	request(request: JsonObject, budget: TokenBudget): TranslatedRequest;
	/** A whole answer in the client's format; undefined when it is none of the upstream's. */
	body(answer: JsonObject, options: AnswerTranslation): JsonObject | undefined;
	newState(): TranslationState;
	/** SSE blocks for one event of the upstream's stream; `done`: its end marker. Changes the state. */
	event(state: TranslationState, data: JsonObject | "done", options: AnswerTranslation): string;
}
