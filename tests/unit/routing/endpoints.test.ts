import { expect, test } from "vitest";
import { vendorOfPath } from "../../../src/core/api.ts";
import { endpointOf } from "../../../src/routing/endpoints.ts";

/** Paths that clients of one API have beside its own: rules know all of them as one route. */

test.each([
	["/openai/v1/chat/completions", "/v1/chat/completions", "/chat/completions"],
	["/openai/deployments/my-gpt/chat/completions", "/v1/chat/completions", "/chat/completions"],
	["/openai/deployments/emb.3/embeddings", "/v1/embeddings", "/embeddings"],
	["/openai/responses", "/v1/responses", "/responses"],
	["/openai/deployments/pictures/images/generations", "/v1/images/generations", "/images/generations"],
	["/openai/v1/audio/speech", "/v1/audio/speech", "/audio/speech"],
	["/openai/deployments/ears/audio/transcriptions", "/v1/audio/transcriptions", "/audio/transcriptions"],
	["/v1/audio/translations", "/v1/audio/translations", "/audio/translations"],
	["/v2/rerank", "/v1/rerank", "/rerank"],
	["/v1/responses/compact", "/v1/responses/compact", "/responses/compact"],
	["/v1/models/gemini-x:generateContent", "/v1beta/models/gemini-x:generateContent", "/v1/models/gemini-x:generateContent"],
	["/v1alpha/models/gemini-x:countTokens", "/v1beta/models/gemini-x:countTokens", "/v1alpha/models/gemini-x:countTokens"],
	["/v1/models/e:batchEmbedContents", "/v1beta/models/e:batchEmbedContents", "/v1/models/e:batchEmbedContents"],
	["/v1/models/ft:gpt-4o:org::x1", "/v1/models/ft:gpt-4o:org::x1", "/models/ft:gpt-4o:org::x1"],
])("%s is the route %s, and goes upstream as %s", (asked, path, upstreamPath) => {
	expect(endpointOf(asked, {})).toMatchObject({ path, upstreamPath, vendor: vendorOfPath(asked) });
});

test.each([
	"/openai/deployments/a/b/chat/completions",
	"/openai/deployments/%2e%2e/chat/completions",
	"/openai/deployments/../chat/completions",
	"/openai/v1/messages",
	"/openai/responses/resp_1",
	"/openai/v1/inspect",
	"/v1/responses/resp_1",
	"/v1/images/edits",
	"/openai/v1/rerank",
	"/v2/models/gemini-x:generateContent",
])("%s is no route", (path) => {
	expect(endpointOf(path, {})).toBeUndefined();
});

test.each([
	[{ "anthropic-version": "2023-06-01" }, "anthropic"],
	[{ "x-goog-api-key": "k" }, "gemini"],
	[{ "x-goog-api-client": "google-genai-sdk/3.6.1" }, "gemini"],
	[{ authorization: "Bearer k" }, "openai"],
])("the models are listed for clients that send %j in the shape of %s", (headers, vendor) => {
	expect(endpointOf("/v1/models", headers as Record<string, string>)?.vendor).toBe(vendor);
});
