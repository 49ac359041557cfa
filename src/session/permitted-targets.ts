import type { ErrorCode } from "../core/errors.ts";
import { modelMatcherOf } from "../core/globs.ts";
import type { ModelRouter, Target } from "../routing/model-router.ts";
import type { PassedPrompt } from "../verdict/prompt-verdict.ts";
import { type ErrorOverrides, modelNotFound } from "./error-body.ts";
import type { SessionRequest } from "./session-request.ts";

/** Where a request may go, in the order to try; or why nowhere. */
export type PermittedTargets =
	| { readonly ok: true; readonly targets: readonly Target[] }
	| { readonly ok: false; readonly code: ErrorCode; readonly detail: ErrorOverrides };

/** The targets of a request's model, if its caller may use all models that it names, that are configured for all of them. */
export function permittedTargets(
	{ model, otherModels }: Pick<PassedPrompt, "model" | "otherModels">,
	{ caller, endpoint }: Pick<SessionRequest, "caller" | "endpoint">,
	router: ModelRouter,
): PermittedTargets {
	const mayUse = modelMatcherOf(caller.models);
	if (!mayUse(model)) return { ok: false, code: "model_not_allowed", detail: { param: "model" } };
	const denied = otherModels.find((other) => !mayUse(other.model));
	if (denied !== undefined) return notAllowed(denied.param, "a model that your key may not use. Leave it out.");
	const targets = router.targets(model, endpoint.api, caller.id);
	if (targets.length === 0)
		return {
			ok: false,
			code: "model_not_found",
			detail: modelNotFound(
				model,
				router.providers.some((served) => served.serves(model)),
			),
		};
	const serves = ({ route }: Target, other: string): boolean =>
		router.providers.some((served) => served.route.provider === route.provider && served.serves(other));
	const serving = targets.filter((target) => otherModels.every((other) => serves(target, other.model)));
	const unserved = otherModels.find((other) => !targets.some((target) => serves(target, other.model))) ?? otherModels[0];
	return serving.length > 0 || unserved === undefined
		? { ok: true, targets: serving }
		: notAllowed(unserved.param, "a model for which no provider of 'model' is configured. Check llm_providers.*.models.");
}

function notAllowed(param: string, what: string): PermittedTargets {
	return { ok: false, code: "model_not_allowed", detail: { param, message: `'${param}' names ${what}` } };
}
