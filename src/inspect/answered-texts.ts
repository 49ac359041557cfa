import { severest } from "../policy/severity.ts";
import type { PromptAction, PromptVerdict } from "../verdict/prompt-verdict.ts";
import { writeExact } from "../wire/exact-json.ts";
import { FindingTally } from "./finding-tally.ts";
import type { TextInspection } from "./inspect-text.ts";

/** Texts that one request may ask about: a conversation has many. */
export const MAX_TEXTS = 4096;

/** The verdict on a request that the proxy answers itself, with what it found in these texts. */
export function answeredTexts(inspections: readonly TextInspection[], answer: unknown): PromptVerdict {
	const tally = new FindingTally();
	for (const [i, { findings }] of inspections.entries()) tally.add(findings, `text:${i}`);
	return {
		action: inspections.map(({ action }) => action).reduce<PromptAction>(severest, "allow"),
		answer: Buffer.from(writeExact(answer)),
		model: "",
		score: Math.max(0, ...inspections.map(({ score }) => score)),
		found: tally.report(),
		piiDetected: inspections.some(({ findings }) => findings.some(({ category }) => category === "pii")),
	};
}
