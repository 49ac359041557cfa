import type { ApiName } from "../core/api.ts";
import { anthropicCountTokens, anthropicMessages } from "./anthropic-messages.ts";
import { geminiEmbed } from "./gemini-embed.ts";
import { geminiGenerate } from "./gemini-generate.ts";
import { modelList } from "./model-list.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiCompletions } from "./openai-completions.ts";
import { openaiEmbeddings } from "./openai-embeddings.ts";
import { openaiImages } from "./openai-images.ts";
import { openaiResponses } from "./openai-responses.ts";
import { openaiSpeech } from "./openai-speech.ts";
import { openaiTranscription } from "./openai-transcription.ts";
import type { Provider } from "./provider.ts";
import { rerank } from "./rerank.ts";

const PROVIDERS: Partial<Record<ApiName, Provider>> = {
	"openai-chat": openaiChat,
	"anthropic-messages": anthropicMessages,
	"anthropic-count-tokens": anthropicCountTokens,
	"gemini-generate": geminiGenerate,
	"gemini-embed": geminiEmbed,
	"openai-completions": openaiCompletions,
	"openai-embeddings": openaiEmbeddings,
	"openai-images": openaiImages,
	"openai-responses": openaiResponses,
	"openai-speech": openaiSpeech,
	"openai-transcription": openaiTranscription,
	rerank,
	models: modelList,
};

export function providerOf(api: ApiName): Provider {
	const provider = PROVIDERS[api];
	if (provider === undefined) throw new Error(`No provider for ${api}.`);
	return provider;
}
