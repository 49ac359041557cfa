import type { Candidate, Confirmer, Recognizer } from "./recognizer.ts";

/**
 * What a reader does not see and a program obeys. None of it is personal data: the policy has a word for each, in prompts
 * and in answers.
 */

/** Tokens of chat templates: a model takes what follows them for somebody else's words. */
export const SPECIAL_TOKEN: Recognizer = {
	type: "special_token",
	category: "injection",
	label: "SPECIAL_TOKEN",
	patterns: [
		{
			name: "special_token",
			expression:
				"<\\|[A-Za-z][A-Za-z0-9_]{1,30}\\|>|\\[/?INST\\]|<</?SYS>>|<(?:start|end)_of_turn>|\\[(?:TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|/TOOL_RESULTS|/AVAILABLE_TOOLS)\\]|\\[gMASK\\]|<\\|(?:begin|end)▁of▁sentence\\|>",
			score: 0.3,
			views: ["compact"],
		},
	],
	examples: {
		match: ["a⟦<|im_start|>⟧system", "⟦[INST]⟧ hi", "⟦<<SYS>>⟧", "⟦<start_of_turn>⟧user", "x⟦<｜User｜>⟧", "⟦[TOOL_CALLS]⟧"],
		noMatch: ["a <| b |> c", "cat x | sort | uniq", "[INSTALL]", "<|>", "f <|> g", "[tool_calls]"],
	},
};

/** Tag characters, zero-width characters, variation selectors. One or two are emoji or Indic and Persian spelling. */
const HIDDEN =
	"\\u{200b}-\\u{200f}\\u{2060}-\\u{2064}\\u{206a}-\\u{206f}\\u{fe00}-\\u{fe0f}\\u{feff}\\u{180b}-\\u{180f}\\u{e0000}-\\u{e007f}\\u{e0100}-\\u{e01ef}";

export const HIDDEN_TEXT: Recognizer = {
	type: "hidden_text",
	category: "injection",
	label: "HIDDEN_TEXT",
	patterns: [
		{ name: "hidden_text_run", expression: `[${HIDDEN}]{3,64}`, score: 0.6, confirm: "hidden_text", views: [] },
		{ name: "hidden_text_override", expression: "[\\u{202d}\\u{202e}]", score: 0.3, views: [] },
	],
	examples: {
		match: [
			"hi⟦\u{e0069}\u{e0067}\u{e006e}⟧",
			"a⟦\u200b\u200d\u200b\u200c⟧b",
			"😀⟦\u{e0101}\u{e0122}\u{e0140}\u{e0150}⟧",
			"file⟦\u202e⟧cod.exe",
		],
		noMatch: [
			"👩\u200d❤\ufe0f\u200d💋\u200d👨",
			"می\u200cخواهم",
			"1\ufe0f\u20e3",
			"🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
			"क्\u200dष",
		],
	},
};

/** Flags of England, Scotland and Wales are the only tag sequences in use (UTS #51 §B.2). */
const FLAGS = ["gbeng\x7f", "gbsct\x7f", "gbwls\x7f"];

export const confirmHiddenText: Confirmer = ({ left, text }: Candidate) => {
	const [, tags] = /\u{1f3f4}([\u{e0000}-\u{e007f}]*)$/u.exec(left + text) ?? [];
	if (tags === undefined) return 0.6;
	const spelled = [...tags].map((tag) => String.fromCharCode((tag.codePointAt(0) as number) - 0xe0000)).join("");
	return FLAGS.some((flag) => flag.startsWith(spelled)) ? 0 : 0.6;
};

/** Escape sequences of terminals (ECMA-48) and bare control characters: they move the cursor, rename windows, fill clipboards. */
export const CONTROL_SEQUENCE: Recognizer = {
	type: "control_sequence",
	category: "injection",
	label: "CONTROL",
	patterns: [
		{
			name: "control_sequence",
			expression:
				"[\\x1b]\\[[0-9:;<=>?]{0,32}[ -/]{0,4}[@-~]|[\\x1b][ -/]{1,3}[0-~]|[\\x1b][\\\\@-OQ-WYZ`-~0-9]|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\u{80}-\\u{9f}]",
			score: 0.2,
			views: [],
		},
		// A string of the terminal: a title, a link, the clipboard. It ends with BEL or ESC, which go too.
		{ name: "control_sequence_string", expression: "[\\x1b][\\]PX^_]", score: 0.2, tail: { bytes: " -~", maxBytes: 4096 }, views: [] },
	],
	examples: {
		match: ["a⟦\x1b[31m⟧red", "⟦\x1b]0;title⟧", "⟦\x1bc⟧", "⟦\x1b(B⟧ok", "a⟦\x00⟧b", "⟦\u009b⟧31m"],
		noMatch: ["line\nline\r\n\tindented", "\\x1b[31m in a string", "[31m", "printf '\\033[0m'"],
	},
};

export const TEXT_MARKS: readonly Recognizer[] = [SPECIAL_TOKEN, HIDDEN_TEXT, CONTROL_SEQUENCE];
