import type { ApiName } from "../../core/api.ts";
import { chatToMessages } from "./chat-to-messages.ts";
import { chunkToMessageEvents, completionToMessage, newMessageState } from "./completion-to-message.ts";
import { messageEventToChunks, messageToCompletion, newCompletionState } from "./message-to-completion.ts";
import { messagesToChat } from "./messages-to-chat.ts";
import type { Translation } from "./translation.ts";

/** By the client's format. */
const TRANSLATIONS: Partial<Record<ApiName, Translation>> = {
	"openai-chat": {
		request: chatToMessages,
		body: messageToCompletion,
		newState: newCompletionState,
		event: messageEventToChunks,
	},
	"anthropic-messages": {
		request: messagesToChat,
		body: completionToMessage,
		newState: newMessageState,
		event: chunkToMessageEvents,
	},
};

/** What gives clients of this format the answers of another (`TRANSLATED_APIS` says of which). */
export function translationFor(client: ApiName): Translation {
	const translation = TRANSLATIONS[client];
	if (translation === undefined) throw new Error(`No translation for ${client}.`);
	return translation;
}
