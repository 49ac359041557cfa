import { ERRORS } from "../core/errors.ts";
import type { Provider } from "../providers/provider.ts";
import type { PromptVerdict } from "../verdict/prompt-verdict.ts";
import { readFormBody } from "./form-body.ts";

/** A request body with what a provider's API finds in it. */
export interface ReadPrompt {
	readonly action: "read";
	readonly json: string;
	readonly value: unknown;
	readonly request: Exclude<ReturnType<Provider["readRequest"]>, { readonly kind: "invalid" }>;
	readonly settings: Provider["settings"];
	/** The request body that says other JSON. */
	readonly write: (json: string) => Uint8Array;
}

export type InvalidPrompt = PromptVerdict & { readonly action: "invalid" };

/** Reads one request body, before it is known which policy it gets. */
export function readPrompt(body: Uint8Array, path: string, provider: Provider, isForm = false): ReadPrompt | InvalidPrompt {
	const form = isForm ? readFormBody(body) : undefined;
	if (form?.ok === false) return invalidRequest(form);
	const read = form ?? readJson(body);
	if (!read.ok) return invalidPrompt(read.code);
	const { json, value } = read;
	const request = provider.readRequest(json, path);
	if (request.kind === "invalid") return invalidRequest(request);
	const write = form?.write ?? ((written: string) => Buffer.from(written));
	return { action: "read", json, value, request, settings: provider.settings, write };
}

function invalidRequest({ message, param }: Pick<InvalidPrompt, "message" | "param">): InvalidPrompt {
	return { action: "invalid", code: "invalid_request", message, param };
}

export type JsonBody =
	| { readonly ok: true; readonly json: string; readonly value: unknown }
	| { readonly ok: false; readonly code: "invalid_encoding" | "invalid_json" };

export function readJson(body: Uint8Array, parse: (json: string) => unknown = JSON.parse): JsonBody {
	let json: string;
	try {
		// A byte order mark is not JSON (RFC 8259 §8.1): dropped here, it would still go upstream with a body that passes unchanged.
		json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
	} catch {
		return { ok: false, code: "invalid_encoding" };
	}
	try {
		return { ok: true, json, value: parse(json) };
	} catch {
		return { ok: false, code: "invalid_json" };
	}
}

export function invalidPrompt(code: "invalid_encoding" | "invalid_json" | "prompt_too_long"): InvalidPrompt {
	return { action: "invalid", code, message: ERRORS[code].message, param: code === "prompt_too_long" ? "messages" : null };
}
