import { z } from "zod";
import { VALIDATORS } from "../recognizers/validators.ts";
import { Auth } from "./auth-schema.ts";
import { Consent } from "./consent-schema.ts";
import { Abuse, RateLimiting } from "./limits-schema.ts";
import { DryRun, namedPolicies, PolicyRules } from "./policy-schema.ts";
import { PRESET_NAMES } from "./presets.ts";
import { Input, PromptInjection } from "./prompt-schema.ts";
import { MAX_WORDS, wordFaults } from "./word-faults.ts";

const detectionTypes = z.array(z.string().min(1).describe("A recognizer, a group of them, or a custom pattern."));
const probability = z.number().min(0).max(1);
const strategy = z.enum(["mask", "replace", "remove", "hash", "synthetic"]);
const strategies = z.record(z.string(), strategy.describe("Strategy of this type or group.")).default({});
const onFinding = z.enum(["allow", "redact", "cut"]);

const CustomPattern = z
	.strictObject({
		name: z
			.string()
			.regex(/^[a-z][a-z0-9_]{0,63}$/, "must be lower case letters, digits and underscores")
			.describe("Type of the findings. Can stand in `detection_types` and `block_types`."),
		pattern: z
			.string()
			.min(1)
			.optional()
			.describe(
				"Regular expression of bounded width, in the subset that Hyperscan and JavaScript share. `\\b` and one-character lookaround at its ends only. With a last group `(?<value>…)` only the group is sensitive: what stands before it is never held nor rewritten.",
			),
		words: z
			.array(z.string())
			.min(1)
			.max(MAX_WORDS)
			.optional()
			.describe(
				"In the place of `pattern`: words and phrases, at most 100,000 of up to 128 characters. They are found where no word goes on before or behind them, over any blank where they have one.",
			),
		words_file: z
			.string()
			.min(1)
			.optional()
			.describe("File with `words`, one a line. Blank lines and those that begin with `#` are left out. Read again on SIGHUP."),
		score: probability.default(0.9).describe("Confidence of a match, 0…1."),
		case_insensitive: z.boolean().default(false).describe("Match in any letter case."),
		validator: z
			.enum(VALIDATORS)
			.optional()
			.describe(
				"A check that a match must pass: check digits of its letters and digits, a known format, or `random` (few characters per token).",
			),
		context: z
			.array(z.string().min(2))
			.default([])
			.describe("Words of which one must stand up to 64 bytes before a match or up to 32 bytes after it, in any letter case."),
	})
	.superRefine(({ pattern, words, case_insensitive }, context) => {
		if ((pattern === undefined) === (words === undefined))
			context.addIssue({ code: "custom", message: "must have one of `pattern`, `words` and `words_file`" });
		for (const { index, message } of wordFaults(words ?? [], case_insensitive))
			context.addIssue({ code: "custom", path: ["words", index], message });
	});

const MaskOptions = z.strictObject({
	keep_first: z
		.int()
		.min(0)
		.optional()
		.describe("Letters and digits that stay at the beginning. Never more than two thirds of a text stay."),
	keep_last: z.int().min(0).optional().describe("Letters and digits that stay at the end."),
	keep_domain: z.boolean().optional().describe("Everything from the `@` on stays."),
});

const PiiProtection = z
	.strictObject({
		enabled: z.boolean().default(true).describe("Inspect prompts. Answers have their own switch in `response_filtering`."),
		detection_types: detectionTypes
			.default(["email", "ssn", "credit_card", "phone", "ip_address"])
			.describe(
				"What is looked for in prompts: recognizers, or groups of them (`pii`, `secrets`, `all`, …). `person`, `address` and `organization` are found by a model and belong to `learned`.",
			),
		name_models: z
			.array(z.enum(["token", "transformer"]))
			.refine((models) => models.includes("token"), { error: "transformer is asked beside token: add token." })
			.default(["token"])
			.describe(
				"Who looks for `person`, `address` and `organization` in prompts, where `detection_types` asks for them. `token`: a small model that answers at once; `transformer`: a second one beside it, which finds more of them and needs the package onnxruntime-node. It takes 27 ms for 256 pieces of words (about 900 characters) and has `prompt_injection.model_timeout_ms` for a prompt; where that is over, `token` decides alone. In answers `token` looks alone. See docs/detection.md.",
			),
		redaction_strategy: strategy
			.default("mask")
			.describe(
				"How a finding is written. `mask`: letters and digits of personal data become `*` (`mask` says what stays), a secret becomes `[AWS_KEY REDACTED]`; `replace`: `[EMAIL_1]`, numbered by first appearance, the same value the same number; `remove`: nothing; `hash`: `[EMAIL:…]` with a keyed hash, the same for the same value on every replica; `synthetic`: a plausible value that belongs to nobody (reserved domains, test cards, numbers for fiction), or the placeholder of `replace` where there is none.",
			),
		redaction_strategies: strategies.describe(
			"Other strategies by type or group, the most specific name counts: `{ credit_card: mask, email: synthetic, secrets: remove }`.",
		),
		mask: z
			.record(z.string(), MaskOptions.describe("Of this type or group."))
			.default({})
			.describe("What `mask` leaves readable, by type or group. Default: the last four of `credit_card` and `iban`, else nothing."),
		block_types: detectionTypes.default([]).describe("Types or groups that block the whole request (400) instead of being redacted."),
		restore: z
			.boolean()
			.default(false)
			.describe(
				"With `replace` and `synthetic`: the model sees the surrogates, and the caller gets the originals of its own request back in the answer.",
			),
		threshold: probability.default(0.5).describe("Findings with a lower confidence, 0…1, are dropped. Holds for prompts and answers."),
		thresholds: z
			.record(z.string(), probability.describe("Of this type or group."))
			.default({})
			.describe("Other thresholds by type or group, the most specific name counts: `{ phone: 0.8, secrets: 0.3 }`."),
		custom_patterns: z.array(CustomPattern).default([]).describe("Your own patterns. They are looked for in prompts and answers."),
		allow_list: z.array(z.string()).default([]).describe("Texts that are never a finding, compared exactly."),
	})
	.prefault({})
	.describe("Personal data and secrets in prompts, and how a finding is rewritten in both directions.");

const hosts = z.array(z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, "must be a host name in lower case, without scheme and port"));

const ToolCalls = z
	.strictObject({
		action: z
			.enum(["pass", "flag", "cut"])
			.default("pass")
			.describe(
				"A call of a tool that is neither in the request's own `tools` nor allowed here, or whose arguments name another host. `flag`: count it; `cut`: end the answer before the name, or before the host.",
			),
		allowed_tools: z
			.array(z.string().min(1))
			.default([])
			.describe("Names of tools, `*` for any letters. Empty: every tool that the request offers."),
		allowed_hosts: hosts
			.default([])
			.describe(
				"Hosts, and all hosts below them, of the web and e-mail addresses in the arguments of calls. Empty: any. Only JSON arguments are read.",
			),
	})
	.prefault({})
	.describe("What the model may call.");

const ResponseFiltering = z
	.strictObject({
		enabled: z.boolean().default(true).describe("Inspect answers. When false, only `blocked_phrases` are looked for."),
		on_pii: onFinding
			.default("redact")
			.describe(
				"Personal data in an answer. `redact`: rewrite it, the stream goes on; `cut`: end the answer before it; `allow`: do not look.",
			),
		on_secret: onFinding.default("cut").describe("Credentials in an answer; same choices."),
		on_harmful: z
			.enum(["allow", "flag", "redact", "cut"])
			.default("flag")
			.describe(
				"An answer that the learned model takes for harmful (violence, self-harm, sexual, hate, weapons, crime, …), judged sentence by sentence. `flag`: count it, nothing waits; `redact`: a marker stands in the place of the rest of the sentence; `cut`: end the answer. With these two a sentence waits, from the word on that makes it suspect, for its end, 512 UTF-16 units at most. Where `prompt_injection.detection_models` has `transformer`, it judges too, in texts of `/v1/inspect`; see docs/response_safety.md.",
			),
		links: z
			.enum(["pass", "neutralize", "cut"])
			.default("pass")
			.describe(
				"Images and links of an answer (Markdown, HTML) that could carry data to a host that is not in `allowed_hosts`: an image with a query, a link with a long one, a long part of a host or a path. `neutralize`: `[LINK REDACTED]` stands in their place.",
			),
		allowed_hosts: hosts.default([]).describe("Hosts that `links` trusts, and all hosts below them."),
		on_prompt_echo: z
			.enum(["allow", "flag", "cut"])
			.default("allow")
			.describe(
				"An answer that repeats 48 letters and digits in a row of the request's system prompt, in any case, spacing and punctuation. `flag`: count it; `cut`: end the answer where the echo began to look like one, 16 letters into it. Not for applications whose system prompt holds what answers should quote.",
			),
		on_prompt_paraphrase: z
			.enum(["allow", "flag"])
			.default("allow")
			.describe(
				"An answer that tells the request's system prompt in other words: enough of its words of five letters and more stand near each other, in any order; or in another language: most of its names and numbers stand there in their order. `flag`: count it, once for a text. It is too vague a sign to stop an answer for.",
			),
		tool_calls: ToolCalls,
		prompt_canary: z
			.enum(["none", "redact", "cut"])
			.default("none")
			.describe(
				"A canary: a random-looking mark behind the request's system prompt, on its way to the model. Where it stands in an answer, whole or from its sixth character on, in any text and disguise, the prompt was given away. `cut`: end the answer before it; `redact`: take it out, count it and go on. It never reaches the client. Requests without a system prompt get none.",
			),
		on_cut: z
			.enum(["end", "error"])
			.default("end")
			.describe(
				"How an answer that is cut ends. `end`: with the vendor's own word for filtered content (`content_filter`, `refusal`, `SAFETY`); `error`: an error follows, on which SDKs throw, and an answer that is not streamed is a 400.",
			),
		normalize: z.boolean().default(true).describe("As `input.normalize`, for answers."),
		special_tokens: z
			.enum(["pass", "neutralize", "cut"])
			.default("pass")
			.describe("Tokens of chat templates in an answer, which would corrupt the next turn."),
		hidden_text: z.enum(["pass", "strip", "cut"]).default("strip").describe("As `input.hidden_text`, in answers."),
		control_sequences: z
			.enum(["pass", "strip", "cut"])
			.default("strip")
			.describe(
				"Escape sequences of terminals and control characters in an answer: in a terminal they move the cursor, rename the window or fill the clipboard.",
			),
		block_threshold: probability
			.default(0.7)
			.describe("Chance of harm, 0…1, of a sentence and those before it, from which `on_harmful` is done."),
		detection_types: detectionTypes
			.default(["all"])
			.describe(
				"What is looked for in answers. `person`, `address` and `organization` only when they or `learned` are named, not by `all` and `pii`: an answer then waits for the end of each sentence, 512 bytes at most.",
			),
		sensitive_from: z
			.strictObject({
				email: z
					.enum(["start", "at"])
					.default("start")
					.describe(
						"`at`: what stands before the `@` is public, so that a word of an answer need not wait for what follows it; the finding begins at the `@`.",
					),
			})
			.prefault({})
			.describe(
				"Where in a match the sensitive part begins, in answers. Text before it is neither held nor rewritten. Your own patterns say it with `(?<value>…)`.",
			),
		redaction_strategy: strategy.optional().describe("How a finding is written in answers. Absent: as in `pii_protection`."),
		redaction_strategies: strategies.describe(
			"By type or group, for answers; on top of those of `pii_protection` unless `redaction_strategy` is set here.",
		),
	})
	.prefault({})
	.describe("What happens to findings in answers, streamed or not.");

/** What a policy says: the keys of `security` that `security.policies` may override. */
export const PolicySection = z.strictObject({
	prompt_injection: PromptInjection,
	input: Input,
	blocked_phrases: z
		.array(z.string().regex(/\S/, "must not be blank").max(500))
		.default([])
		.describe("Phrases that block a prompt and cut an answer, in any letter case and over any short run of blanks."),
	blocked_patterns: z
		.array(z.string().min(1))
		.default([])
		.describe(
			"Regular expressions that block a prompt and cut an answer, in any letter case and behind disguises. The same subset as `custom_patterns`.",
		),
	on_block: z
		.enum(["error", "refuse"])
		.default("error")
		.describe(
			"How a blocked prompt is answered. `error`: 400, which SDKs throw and do not try again; `refuse`: 200 with a refusal in the form of OpenAI, Anthropic or Gemini, for applications that cannot show errors; other APIs answer 400.",
		),
	pii_protection: PiiProtection,
	response_filtering: ResponseFiltering,
});

/** `security`: what is looked for and what happens then. */
export const Security = PolicySection.extend({
	extends: z
		.enum(PRESET_NAMES)
		.optional()
		.describe("A shipped policy that this section begins from: a file of `config/security_policies/`. Absent: the defaults below."),
	dry_run: DryRun,
	rate_limiting: RateLimiting,
	abuse: Abuse,
	auth: Auth,
	consent: Consent,
	policies: namedPolicies(Object.keys(PolicySection.shape)),
	policy_rules: PolicyRules,
}).describe("What is looked for, and what happens then.");
