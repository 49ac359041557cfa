import { answerStyle, type TextStyle } from "../../src/inspect/conversation.ts";
import { openaiChat } from "../../src/providers/openai-chat.ts";
import type { SourceKind } from "../../src/providers/provider.ts";
import type { ScannerProgram } from "../../src/scanner/text-scanner.ts";
import { SurrogateTable } from "../../src/verdict/surrogate-table.ts";
import { plainPolicy } from "./plain-policy.ts";
import { promptVerdict } from "./prompt-verdict.ts";
import { throughChannel } from "./through-channel.ts";

/** A conversation under `restore: true`. */
export interface RestoredConversation {
	/** Its messages as the model sees them. */
	readonly sent: readonly string[];
	readonly surrogates: readonly { readonly text: string; readonly original?: string }[];
	/** Of the answer. Masked, so that a surrogate taken for a finding would not come back. */
	readonly style: TextStyle;
	/** What the caller gets of an answer in these pieces. */
	answer(deltas: readonly string[], kind: SourceKind, isMoving?: boolean): string;
}

/** `said`: the messages as the caller wrote them. */
export function converse(
	program: ScannerProgram,
	key: Uint8Array,
	strategy: "replace" | "synthetic",
	said: readonly string[],
): RestoredConversation {
	const prompt = new SurrogateTable({ key, keepsOriginals: true });
	const messages = said.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }));
	const body = Buffer.from(JSON.stringify({ model: "m", messages }));
	const verdict = promptVerdict(body, "", openaiChat, plainPolicy(strategy), program, { strategy, key, prompt });
	const sent = "stream" in verdict && verdict.body !== undefined ? Buffer.from(verdict.body) : body;
	const style = answerStyle({ strategy: "mask", key }, prompt.state());
	return {
		sent: (JSON.parse(sent.toString()) as { messages: { content: string }[] }).messages.map(({ content }) => content),
		surrogates: prompt.surrogates,
		style,
		answer: (deltas, kind, isMoving = false) => throughChannel(program, style, deltas, { kind, moves: () => isMoving }).out,
	};
}
