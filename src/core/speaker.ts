/**
 * Whose words a text of a request is. `foreign`: nobody's in the conversation (tool results, documents); `definition`:
 * what a tool says about itself.
 */
export type Speaker = "system" | "user" | "assistant" | "foreign" | "definition";
