/** Requests that have about everything a vendor's API takes, and where they go. */
export interface VendorRequest {
	readonly name: string;
	readonly path: string;
	readonly body: object;
}

const SCHEMA = { type: "object", properties: { q: { type: "string", description: "d", enum: ["x", "y"], default: "x" } }, required: ["q"] };
const CALL = { id: "call_1", type: "function", function: { name: "f", arguments: '{"q":"w","n":[1,{"m":"v"}]}' } };
const TOOL = { type: "function", function: { name: "f", description: "d", parameters: SCHEMA } };
const PICTURE = "data:image/png;base64,iVBORw0KGgo=";

/** Chat without what has no counterpart at other vendors. */
const PLAIN_CHAT = {
	messages: [
		{ role: "system", content: "Be kind." },
		{ role: "developer", content: [{ type: "text", text: "Be short." }] },
		{ role: "user", content: "Hi" },
		{
			role: "user",
			content: [
				{ type: "text", text: "Look" },
				{ type: "image_url", image_url: { url: PICTURE } },
				{ type: "text", text: "here" },
			],
		},
		{ role: "assistant", content: "Yes?", refusal: "no", tool_calls: [CALL] },
		{ role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "found" }] },
		{ role: "user", content: "Go on" },
	],
	tools: [TOOL],
	tool_choice: { type: "function", function: { name: "f" } },
	stop: ["END"],
	user: "u",
	max_tokens: 9,
	temperature: 0.5,
	response_format: { type: "json_schema", json_schema: { name: "n", strict: true, schema: SCHEMA } },
};

const CHAT = {
	...PLAIN_CHAT,
	messages: [
		...PLAIN_CHAT.messages,
		{ role: "function", name: "g", content: "old" },
		{ role: "assistant", content: null, function_call: { name: "g", arguments: '{"q":"w"}' }, reasoning_content: "hm" },
		{
			role: "user",
			name: "joe",
			content: [
				{ type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
				{ type: "file", file: { filename: "a.txt", file_data: "data:text/plain;base64,aGk=" } },
				{ type: "musing", text: "odd" },
			],
		},
	],
	metadata: { topic: "t" },
	logit_bias: { "50256": -100 },
	prediction: { type: "content", content: [{ type: "text", text: "p" }] },
	safety_identifier: "s",
	prompt_cache_key: "k",
	seed: 7,
	functions: [{ name: "g", parameters: SCHEMA }],
	store: true,
	logprobs: true,
	top_logprobs: 2,
	modalities: ["text", "audio"],
	audio: { voice: "alloy", format: "wav" },
	verbosity: "low",
	provider: { order: ["a"], data_collection: "deny" },
	plugins: [{ id: "web", search_prompt: "w" }],
	transforms: ["middle-out"],
	guided_json: SCHEMA,
	chat_template_kwargs: { persona: "kind" },
	documents: [{ title: "t", text: "x" }],
	web_search_options: { user_location: { type: "approximate", approximate: { city: "Bern" } } },
	n: 1,
};

const RESPONSES = {
	instructions: "Be kind.",
	input: [
		{ role: "user", content: "Hi" },
		{
			type: "message",
			role: "user",
			content: [
				{ type: "input_text", text: "a" },
				{ type: "input_image", image_url: PICTURE },
			],
		},
		{ role: "user", content: [{ type: "input_file", filename: "a.txt", file_data: "data:text/plain;base64,aGk=" }] },
		{ type: "message", id: "msg_1", role: "assistant", content: [{ type: "output_text", text: "b", annotations: [] }] },
		{ type: "function_call", call_id: "call_1", name: "f", arguments: '{"q":"w"}' },
		{ type: "function_call_output", call_id: "call_1", output: [{ type: "input_text", text: "c" }] },
		{ type: "custom_tool_call", call_id: "call_2", name: "h", input: "free" },
		{ type: "custom_tool_call_output", call_id: "call_2", output: "d" },
		{ type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "aGk=" },
		{ type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "q" } },
		{ type: "computer_call_output", call_id: "call_3", output: { type: "computer_screenshot", image_url: PICTURE } },
		{ type: "mcp_approval_response", approval_request_id: "r", approve: true, reason: "ok" },
	],
	tools: [
		{ type: "function", name: "f", description: "d", parameters: SCHEMA },
		{ type: "custom", name: "h", format: { type: "grammar", syntax: "lark", definition: "start: WORD" } },
		{
			type: "mcp",
			server_label: "m",
			server_url: "https://mcp.test/x",
			server_description: "d",
			allowed_tools: ["t"],
			headers: { "X-Team": "x" },
			require_approval: { never: { tool_names: ["t"] } },
		},
		{
			type: "file_search",
			vector_store_ids: ["vs_1"],
			filters: { type: "and", filters: [{ type: "eq", key: "k", value: "v" }] },
			ranking_options: { ranker: "auto", score_threshold: 0.5 },
		},
		{ type: "web_search", filters: { allowed_domains: ["a.test"] }, user_location: { type: "approximate", city: "Bern" } },
		{ type: "code_interpreter", container: { type: "auto", file_ids: ["file-1"] } },
		{ type: "image_generation", size: "auto", input_image_mask: { image_url: PICTURE } },
	],
	prompt: { id: "pmpt_1", version: "2", variables: { city: "Bern", who: { type: "input_text", text: "v" } } },
	previous_response_id: "resp_1",
	store: false,
	tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "f" }] },
	context_management: [{ type: "compaction", compact_threshold: 9 }],
	reasoning: { effort: "low", summary: "auto" },
	top_logprobs: 2,
	text: { format: { type: "json_schema", name: "n", schema: SCHEMA } },
	metadata: { topic: "t" },
	user: "u",
	safety_identifier: "s",
};

const PLAIN_MESSAGES = {
	max_tokens: 9,
	system: [
		{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } },
		{ type: "text", text: "Be short." },
	],
	messages: [
		{ role: "user", content: "Hi" },
		{
			role: "user",
			content: [
				{ type: "text", text: "Look" },
				{ type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
				{ type: "document", title: "t", context: "c", source: { type: "text", media_type: "text/plain", data: "plain" } },
				{ type: "text", text: "here" },
			],
		},
		{
			role: "assistant",
			content: [
				{ type: "text", text: "Yes?" },
				{ type: "tool_use", id: "toolu_1", name: "f", input: { q: "w", n: [1, { m: "v" }] } },
				{ type: "text", text: "So." },
			],
		},
		{
			role: "user",
			content: [
				{ type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "found" }] },
				{ type: "text", text: "Go on" },
			],
		},
	],
	tools: [{ name: "f", description: "d", input_schema: SCHEMA }],
	tool_choice: { type: "tool", name: "f" },
	stop_sequences: ["END"],
	metadata: { user_id: "u" },
};

const MESSAGES = {
	...PLAIN_MESSAGES,
	messages: [
		...PLAIN_MESSAGES.messages,
		{
			role: "user",
			content: [
				{ type: "document", citations: { enabled: true }, source: { type: "content", content: [{ type: "text", text: "quoted" }] } },
				{ type: "document", source: { type: "base64", media_type: "text/plain", data: "aGk=" } },
				{ type: "search_result", source: "https://a.test/x", title: "t", content: [{ type: "text", text: "hit" }] },
				{ type: "tool_result", tool_use_id: "toolu_1", is_error: true, content: "failed" },
				{ type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "document", source: { type: "text", data: "deep" } }] },
			],
		},
		{
			role: "assistant",
			content: [
				{ type: "thinking", thinking: "hm", signature: "c2ln" },
				{ type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "q" } },
				{
					type: "web_search_tool_result",
					tool_use_id: "srvtoolu_1",
					content: [{ type: "web_search_result", title: "t", url: "https://a.test" }],
				},
				{ type: "text", text: "z", citations: [{ type: "char_location", cited_text: "quoted", document_title: "t" }] },
			],
		},
	],
	mcp_servers: [{ type: "url", url: "https://mcp.test/x", name: "m" }],
	context_management: { edits: [{ type: "clear_tool_uses" }] },
	container: { skills: [{ type: "custom", skill_id: "s" }] },
};

const CONTENTS = {
	contents: [
		{ role: "user", parts: [{ text: "Hi" }, { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }, { text: "there" }] },
		{ role: "model", parts: [{ functionCall: { name: "f", args: { q: "w", n: [1, { m: "v" }] } }, thoughtSignature: "c2ln" }] },
		{ role: "user", parts: [{ functionResponse: { name: "f", response: { output: "found", more: ["m"] } } }] },
		{
			role: "user",
			parts: [
				{ inline_data: { mime_type: "text/plain", data: "aGk=" } },
				{ fileData: { mimeType: "text/plain", fileUri: "https://a.test/f" } },
			],
		},
		{
			role: "model",
			parts: [{ executableCode: { language: "PYTHON", code: "c" } }, { codeExecutionResult: { outcome: "OUTCOME_OK", output: "o" } }],
		},
	],
	systemInstruction: { parts: [{ text: "Be kind." }] },
	tools: [{ functionDeclarations: [{ name: "f", description: "d", parameters: SCHEMA }] }, { googleSearch: {} }],
	toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } },
	generationConfig: {
		stopSequences: ["END"],
		responseMimeType: "application/json",
		responseSchema: SCHEMA,
		speechConfig: { languageCode: "de" },
	},
	safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
	labels: { team: "x" },
	cachedContent: "cachedContents/1",
};

/** Models `gpt-*`, `claude-*` and `gemini-*` are their vendors'. */
export const VENDOR_REQUESTS: readonly VendorRequest[] = [
	{ name: "chat", path: "/v1/chat/completions", body: { model: "gpt-m", ...CHAT } },
	{ name: "chat for an Anthropic provider", path: "/v1/chat/completions", body: { model: "claude-m", ...PLAIN_CHAT } },
	{
		name: "completions",
		path: "/v1/completions",
		body: { model: "gpt-m", prompt: ["Hi", "there"], suffix: "s", stop: "END", user: "u", logit_bias: { "5": 1 } },
	},
	{
		name: "completions of one text",
		path: "/v1/completions",
		body: {
			model: "gpt-m",
			prompt: "Hi",
			logprobs: 2,
			echo: true,
			best_of: 1,
			n: 2,
			stream_options: { include_usage: true },
			metadata: { topic: "t" },
		},
	},
	{
		name: "embeddings of one text",
		path: "/v1/embeddings",
		body: { model: "gpt-m", input: "Hi", encoding_format: "float", input_type: "query", task: "t", instruction: "i" },
	},
	{ name: "responses", path: "/v1/responses", body: { model: "gpt-m", ...RESPONSES } },
	{
		name: "responses of one text",
		path: "/v1/responses",
		body: { model: "gpt-m", input: "Hi", conversation: "conv_1", include: ["reasoning.encrypted_content"] },
	},
	{ name: "embeddings", path: "/v1/embeddings", body: { model: "gpt-m", input: ["Hi", "there"], user: "u", dimensions: 3 } },
	{ name: "a picture", path: "/v1/images/generations", body: { model: "gpt-m", prompt: "Hi", n: 1, size: "1024x1024", user: "u" } },
	{ name: "speech", path: "/v1/audio/speech", body: { model: "gpt-m", input: "Hi", voice: "alloy", instructions: "Be kind.", speed: 1 } },
	{ name: "an order", path: "/v1/rerank", body: { model: "gpt-m", query: "Hi", documents: ["there", { text: "you" }], top_n: 1 } },
	{ name: "messages", path: "/v1/messages", body: { model: "claude-m", ...MESSAGES } },
	{ name: "messages for an OpenAI provider", path: "/v1/messages", body: { model: "gpt-m", ...PLAIN_MESSAGES } },
	{ name: "messages to count", path: "/v1/messages/count_tokens", body: { model: "claude-m", ...MESSAGES } },
	{ name: "contents", path: "/v1beta/models/gemini-m:generateContent", body: CONTENTS },
	{ name: "contents to stream", path: "/v1beta/models/gemini-m:streamGenerateContent?alt=sse", body: CONTENTS },
	{
		name: "contents to count",
		path: "/v1beta/models/gemini-m:countTokens",
		body: { generateContentRequest: { model: "models/gemini-m", ...CONTENTS } },
	},
	{
		name: "a content to embed",
		path: "/v1beta/models/gemini-m:embedContent",
		body: { content: { parts: [{ text: "Hi" }] }, title: "t", taskType: "RETRIEVAL_QUERY" },
	},
	{
		name: "contents to embed",
		path: "/v1beta/models/gemini-m:batchEmbedContents",
		body: { requests: [{ model: "models/gemini-m", content: { parts: [{ text: "Hi" }, { text: "there" }] }, title: "t" }] },
	},
];
