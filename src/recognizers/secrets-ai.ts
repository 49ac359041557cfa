import type { Recognizer } from "./recognizer.ts";
import { exactly, row, type TokenRow, tokenRecognizer } from "./secret-tokens.ts";

// biome-ignore format: a table
const ROWS: readonly TokenRow[] = [
	// api03-, admin01-, oat01- and 95 characters.
	row("anthropic_key", ["sk-ant-", "url", 80]),
	row("openrouter_key", ["sk-or-v1-", "hex", 32]),
	row("langfuse_key", ["sk-lf-", "uuid", 30, "[sp]k-lf-"]),
	row("minimax_key", ["sk-api-", "url", 40]),
	row("openai_key", ["sk-proj-", "url", 20, "sk-(?:proj|svcacct|service|admin|None)-"], ["sk-", "alnum", 20]),
	row("google_ai_key", ["AQ.Ab8RN6", "url", 20]),
	{ type: "groq_key", forms: [exactly("gsk_", "alnum", 52)] },
	row("xai_key", ["xai-", "url", 30]),
	row("perplexity_key", ["pplx-", "alnum", 30]),
	row("huggingface_token", ["hf_", "letters", 30], ["api_org_", "letters", 30]),
	row("replicate_token", ["r8_", "alnum", 30]),
	row("cerebras_key", ["csk-", "lower", 30]),
	row("together_key", ["tgp_v1_", "url", 30]),
	row("nvidia_key", ["nvapi-", "url", 40]),
	row("pinecone_key", ["pcsk_", "url", 40]),
	{ type: "langsmith_key", forms: [{ prefix: "lsv2_pt_", expression: "lsv2_(?:pt|sk)_", body: "hex", min: 30, more: "_" }] },
	row("elevenlabs_key", ["sk_", "hex", 40]),
	row("wandb_key", ["wandb_v1_", "url", 40]),
	row("vercel_token", ["vcp_", "url", 24, "vc[piark]_"]),
	row("cursor_key", ["key_", "hex", 50]),
	row("tavily_key", ["tvly-dev-", "alnum", 20, "tvly-(?:dev-|prod-)?"]),
	row("bedrock_key", ["ABSK", "base64", 60], ["bedrock-api-key-", "base64", 40]),
	// Their vendors document no form. Code that checks for such keys asks for fw_ and 24, pa- and 43, jina_ and 40 or more.
	row("fireworks_key", ["fw_", "alnum", 22]),
	row("voyage_key", ["pa-", "url", 43]),
	row("jina_key", ["jina_", "alnum", 40]),
	row("helicone_key", ["sk-helicone-", "url", 20, "(?:sk|pk)-helicone-"]),
	// 40 capitals and digits and 6 characters of any case (betterleaks, runpod.go).
	row("runpod_key", ["rpa_", "alnum", 40]),
];

/** Keys of model vendors and of the services around them. More specific prefixes stand before `sk-`. */
export const AI_SECRETS: readonly Recognizer[] = ROWS.map((spec) => tokenRecognizer("ai_key", spec));
