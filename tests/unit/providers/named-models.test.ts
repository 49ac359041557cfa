import { expect, test } from "vitest";
import { MOST_MODELS, namedModels } from "../../../src/providers/named-models.ts";

const named = (request: object) => namedModels({ model: "own", ...request }, "own").map(({ model, param }) => [model, param]);

test.each([
	[
		"OpenRouter's fallbacks",
		{ models: ["a", "own", "b"], route: "fallback" },
		[
			["a", "models[0]"],
			["b", "models[2]"],
		],
	],
	["in another case", { MODELS: ["A", "a"], Fallback_Model: "OWN" }, [["A", "MODELS[0]"]]],
	["a tool's", { tools: [{ type: "image_generation", model: "a" }] }, [["a", "tools[0].model"]]],
	["a server tool's settings", { tools: [{ type: "x:image", parameters: { model: "a" } }] }, [["a", "tools[0].parameters.model"]]],
	["a plugin's list", { plugins: [{ id: "auto-router", allowed_models: ["a/*"] }] }, [["a/*", "plugins[0].allowed_models[0]"]]],
	[
		"Groq's compound",
		{ compound_custom: { models: { answering_model: "a", reasoning_model: "b" } } },
		[
			["a", "compound_custom.models.answering_model"],
			["b", "compound_custom.models.reasoning_model"],
		],
	],
	["a gateway's options", { providerOptions: { gateway: { models: ["a"] } } }, [["a", "providerOptions.gateway.models[0]"]]],
	[
		"LiteLLM's fallbacks as objects",
		{ fallbacks: [{ model: "a", messages: [{ content: "text" }] }, { own: ["b"] }, { c: ["own"] }] },
		[
			["a", "fallbacks[0].model"],
			["b", "fallbacks[1].own[0]"],
			["c", "fallbacks[2].c"],
		],
	],
	[
		"Anthropic's fallbacks with settings of their own",
		{
			fallbacks: [
				{ model: "a", speed: "fast", output_config: { effort: "low", format: { type: "json_schema", schema: { type: "string" } } } },
			],
		},
		[["a", "fallbacks[0].model"]],
	],
	["Anthropic's own choice of fallbacks", { fallbacks: "default" }, [["default", "fallbacks"]]],
	[
		"Azure's search",
		{ data_sources: [{ parameters: { embedding_dependency: { deployment_name: "a" } } }] },
		[["a", "data_sources[0].parameters.embedding_dependency.deployment_name"]],
	],
	["a preset", { preset: "@preset/a" }, [["@preset/a", "preset"]]],
	["Gemini's", { requests: [{ model: "models/own" }, { model: "models/a" }] }, [["a", "requests[1].model"]]],
	[
		"a Gemini router's",
		{ generationConfig: { routingConfig: { manualMode: { modelName: "a" } } } },
		[["a", "generationConfig.routingConfig.manualMode.modelName"]],
	],
] as const)("%s", (_what, request, models) => {
	expect(named(request)).toEqual(models);
});

const CAR = {
	type: "object",
	properties: { model: { type: "string", enum: ["911"], default: "911" }, models: { type: "array" } },
	required: ["model"],
};
test("no more are collected than are taken", () => {
	const models = Array.from({ length: 1000 }, (_, i) => `m${i}`);
	expect(named({ models })).toHaveLength(MOST_MODELS + 1);
});

test.each([
	["what is said", { messages: [{ role: "user", content: "x", model: "a" }], input: [{ model: "a" }], contents: [{ model: "a" }] }],
	["what a call was given", { messages: [{ content: [{ type: "tool_use", input: { model: "a" } }] }] }],
	["schemas", { tools: [{ function: { parameters: CAR } }, { input_schema: CAR }, { functionDeclarations: [{ parameters: CAR }] }] }],
	["a format", { response_format: { json_schema: { name: "n", schema: CAR } }, text: { format: { schema: CAR } } }],
	["data for people", { metadata: { model: "a" }, labels: { model: "a" }, prompt: { variables: { model: "a" } } }],
	[
		"no names",
		{ modalities: ["text"], model_settings: { a: "b" }, disable_fallbacks: true, provider: { allow_fallbacks: false, order: ["a"] } },
	],
	["nothing", { models: null, fallbacks: [], tools: [1, null] }],
])("%s are no names of models", (_what, request) => {
	expect(named(request)).toEqual([]);
});
