import type { LabelScores } from "../models/names-encoder.ts";
import type { Policy } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Questions } from "./questions.ts";

const NAMES_LATE: Finding = { rule: -1, type: "model_timeout", category: "pii", from: 0, to: 0, score: 0, action: "flag" };

/** What the encoder says of the names in a text, where the policy asks it; undefined: not known, or not asked. */
export function namesIn(text: string, policy: Policy["names"], questions: Questions | undefined): LabelScores | undefined {
	return policy === undefined ? undefined : questions?.namesIn(text);
}

/** What is reported where the encoder had not the time: the token model decided alone. */
export function namesLate(policy: Policy["names"], questions: Questions | undefined): readonly Finding[] {
	return policy !== undefined && questions?.areNamesLate === true ? [NAMES_LATE] : [];
}
