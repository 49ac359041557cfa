import type { View } from "../normalize/views.ts";
import type { Rule } from "../policy/policy.ts";

/** Whether a rule looks in a view. A secret has a prefix that ordinary text does not make up; personal data must ask for more than `folded`, and all must ask for `fields`. The head of a column may say of both what they are. */
export function looksIn({ views, category, isSignal }: Rule, { name }: Pick<View, "name">): boolean {
	if (name === "columns") return isSignal !== true && (category === "pii" || category === "secret");
	return name === "folded" || (views ?? (category === "pii" ? [] : ["compact", "decoded"])).includes(name);
}
