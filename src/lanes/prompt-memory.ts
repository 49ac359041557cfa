import type { PromptMemory } from "../inspect/conversation.ts";
import { hiddenText } from "../inspect/hidden-text.ts";
import type { ReadPrompt } from "../inspect/read-prompt.ts";
import type { Policy } from "../policy/policy.ts";
import { offeredTools } from "../providers/offered-tools.ts";
import type { SurrogateTable, SurrogateTableState } from "../verdict/surrogate-table.ts";

/** What the answer must know; undefined: nothing. In a dry run the prompt went upstream as it was. */
export function memoryOf(
	table: SurrogateTable,
	dryRun: boolean,
	{ hidden = "", canary = "", tools = [] }: Told = {},
): PromptMemory | undefined {
	const state = table.state();
	const surrogates = dryRun ? [] : state.surrogates;
	// Where the upstream keeps the conversation, what the answer numbers must not be what another turn has called otherwise.
	if (!state.isStateful && surrogates.length === 0 && hidden === "" && canary === "" && tools.length === 0) return undefined;
	return { hidden, canary, tools, ...state, surrogates };
}

type Told = Omit<PromptMemory, keyof SurrogateTableState>;

/** What the request tells the model, as far as the policy looks for it in the answer. */
export function toldBy(read: ReadPrompt, policy: Policy, canary = ""): Told {
	return { hidden: hiddenText(read, policy), canary, tools: policy.toolCalls === undefined ? [] : offeredTools(read.value) };
}
