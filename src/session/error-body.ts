import { type Vendor, vendorOfPath } from "../core/api.ts";
import { errorEnvelope } from "../core/error-envelope.ts";
import { ERRORS, type ErrorCode } from "../core/errors.ts";
import type { WholeAnswer } from "../edge/listener.ts";

/** What a caller knows better than the catalogue. */
export interface ErrorOverrides {
	readonly message?: string;
	readonly param?: string | null;
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** An upstream's own, in place of the catalogue's. */
	readonly type?: string;
	readonly code?: string;
}

/** Those of which nobody knows better: made once, because in a flood most answers are the same one. */
const PLAIN = new Map<string, WholeAnswer>();

/** A catalogue error as an answer in the vendor's envelope. */
export function errorAnswer(vendor: Vendor, code: ErrorCode, overrides: ErrorOverrides = {}): WholeAnswer {
	if (Object.keys(overrides).length > 0) return madeAnswer(vendor, code, overrides);
	const key = `${vendor} ${code}`;
	const answer = PLAIN.get(key) ?? madeAnswer(vendor, code, {});
	PLAIN.set(key, answer);
	return answer;
}

function madeAnswer(vendor: Vendor, code: ErrorCode, overrides: ErrorOverrides): WholeAnswer {
	const entry = ERRORS[code];
	const { status = entry.status, message = entry.message, type = entry.type, param = null } = overrides;
	return {
		status,
		headers: {
			"content-type": "application/json",
			...(!entry.retryable && { "x-should-retry": "false" }),
			...(status === 401 && { "www-authenticate": "Bearer" }),
			...(status === 503 && { "retry-after": "1" }),
			...(code === "too_many_failures" && { "retry-after": "60" }),
			...overrides.headers,
		},
		body: JSON.stringify(errorEnvelope(vendor, { status, code: overrides.code ?? code, type, message, param })),
	};
}

/** For errors the listener answers itself. */
export function listenerRefusal(path: string, code: ErrorCode, requestId: string): WholeAnswer {
	const answer = errorAnswer(vendorOfPath(path), code);
	return { ...answer, headers: { ...answer.headers, "x-request-id": requestId } };
}

/** What `model_not_found` says of a model. `isServed`: by a provider that this route cannot be translated for. */
export function modelNotFound(model: string, isServed: boolean): ErrorOverrides {
	const name = model.slice(0, 64).replace(/[^\w.:/+-]/g, "?");
	const message = isServed
		? `No provider of the model '${name}' has this API, and it is not one that is translated. Use a client of the model's vendor.`
		: `No configured provider serves the model '${name}'. Check llm_providers.*.models.`;
	return { message, param: "model" };
}
