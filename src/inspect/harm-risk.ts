import { shippedHarmModel } from "../models/harm-model.ts";
import type { HarmPolicy } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Questions } from "./questions.ts";

/** What the learned models say of a whole text. */
export interface HarmRisk {
	/** Chance of harm, 0…1. */
	readonly risk: number;
	/** What only the second stage sees, and whether it had no time. The first stage's findings are its sentences. */
	readonly findings: readonly Finding[];
}

const NO_HARM: HarmRisk = { risk: 0, findings: [] };

/**
 * Judges a text that is inspected by itself. Where the policy has a second stage, what both say takes the place of a first stage
 * that is not sure. The words of a stream are not asked about: they cannot wait for it.
 */
export function judgeHarm(text: string, policy: HarmPolicy | undefined, questions: Questions | undefined): HarmRisk {
	if (policy === undefined) return NO_HARM;
	const { threshold, action, secondStage } = policy;
	const first = shippedHarmModel().score(text);
	if (secondStage === undefined || questions === undefined || first >= threshold) return { risk: first, findings: [] };
	const both = questions.about(text, "harm");
	const finding = { rule: -1, from: 0, to: Buffer.byteLength(text), category: "harm" as const };
	if (both !== undefined) {
		const type = `harm_${shippedHarmModel().kindOf(text)}`;
		return { risk: both, findings: both < threshold ? [] : [{ ...finding, type, score: both, action }] };
	}
	const { onTimeout } = secondStage;
	if (!questions.isLate || onTimeout === "allow") return { risk: first, findings: [] };
	const late = onTimeout === "block" ? ("cut" as const) : ("flag" as const);
	return { risk: first, findings: [{ ...finding, type: "model_timeout", score: 0, to: 0, action: late }] };
}
