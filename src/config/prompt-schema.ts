import { z } from "zod";

const names = z.array(z.string().min(1)).default(["*"]);

const Tools = z
	.strictObject({
		allowed: names.describe("Names of functions that the application runs, `*` for any letters. Empty: none."),
		allowed_hosted: names.describe(
			"Tools that the vendor runs or defines, by its word for them in small letters and underscores (`web_search*`, `code_interpreter`, `computer*`, `google_search`, `mcp`), `*` for any letters. Empty: none.",
		),
		allowed_servers: names.describe(
			"Hosts of MCP servers, and all hosts below them, or ids of connectors, where `allowed_hosted` has `mcp`. Empty: none.",
		),
	})
	.prefault({})
	.describe("Tools that a request may let the model use; `!(a|b)` is anything else. A request with another is answered 403.");

const count = (most: number) => z.int().min(1).default(most);

export const PromptInjection = z
	.strictObject({
		enabled: z.boolean().default(true).describe("Look for attempts to override instructions in prompts."),
		detection_models: z
			.array(z.enum(["rule_based", "ml_based", "transformer"]))
			.refine((models) => !models.includes("transformer") || models.includes("ml_based"), {
				error: "transformer is asked about what ml_based is unsure of: add ml_based.",
			})
			.default(["rule_based", "ml_based"])
			.describe(
				"Judges to ask; the higher score counts. `rule_based`: signals and rules; `ml_based`: a learned model of the package; `transformer`: a second model for what the first is unsure of, which needs the package onnxruntime-node. See docs/prompt_security.md.",
			),
		block_threshold: z.number().min(0).max(1).default(0.7).describe("Score, 0…1, from which `action` is taken."),
		action: z.enum(["block", "flag"]).default("block").describe("`block`: 400, nothing goes upstream. `flag`: pass and report."),
		model_timeout_ms: z
			.number()
			.positive()
			.default(1_000)
			.describe(
				"Time that a learned model may take for one prompt, in ms. `ml_based` takes 7 ms for 100,000 characters on an idle core, `transformer` 15 ms for 256 pieces of words, 120 at most.",
			),
		on_timeout: z
			.enum(["block", "flag", "pass"])
			.default("block")
			.describe(
				"A prompt for which a model had not the time: nobody knows. `block`: `action` is taken; `flag`: pass and report; `pass`: the rules decide.",
			),
	})
	.prefault({})
	.describe("Prompt injection and jailbreaks.");

export const Input = z
	.strictObject({
		max_prompt_length: z
			.int()
			.min(1)
			.default(2_000_000)
			.describe("Longest prompt, in UTF-16 units over all texts of the request. A longer one is answered 400."),
		max_messages: count(2_000).describe("Most messages of a request. More is answered 400."),
		max_parts: count(10_000).describe("Most parts (texts, images, calls) that the messages of a request may have together."),
		max_tools: count(512).describe("Most tools that a request may offer."),
		tools: Tools,
		normalize: z
			.boolean()
			.default(true)
			.describe(
				"Also look at the text without invisible characters, look-alikes and encodings. Findings are reported at their original place.",
			),
		documents: z
			.enum(["refuse", "pass"])
			.default("refuse")
			.describe(
				"A file in a request that may hold text and cannot be inspected (PDF, office formats, archives). `refuse`: the request is answered 400; `pass`: the file goes upstream as it is. Text files are always inspected; for images and sound see `media`.",
			),
		media: z
			.enum(["pass", "flag", "refuse"])
			.default("pass")
			.describe(
				"A picture, sound or film in a request, also by its address: what it says or shows is not read. `pass`: it goes upstream; `flag`: it does, and the audit trail has `uninspected_media`; `refuse`: the request is answered 400. A text that sends the model to a picture for orders is judged by the rules of `prompt_injection` in any case.",
			),
		special_tokens: z
			.enum(["pass", "neutralize", "reject"])
			.default("pass")
			.describe(
				"Tokens of chat templates in a prompt (`<|im_start|>`, `[INST]`). `neutralize`: `[SPECIAL_TOKEN REDACTED]` stands in their place. The rules of `prompt_injection` judge them in any case.",
			),
		hidden_text: z
			.enum(["pass", "strip", "reject"])
			.default("strip")
			.describe(
				"Runs of characters that nobody sees (tag characters, zero-width characters, variation selectors; not those of emoji and spelling) and overrides of the writing direction. What they spell is read and judged in any case.",
			),
		control_sequences: z
			.enum(["pass", "strip", "reject"])
			.default("pass")
			.describe("Escape sequences of terminals and control characters in a prompt."),
		on_invalid_encoding: z
			.enum(["reject"])
			.default("reject")
			.describe(
				"A body that is not UTF-8 is always answered 400: two readers could take it for two texts. The one value says so; there is no other.",
			),
	})
	.prefault({})
	.describe("What a request body may be.");
