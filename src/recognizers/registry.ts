import { EMAIL, PHONE, US_SSN } from "./identity.ts";
import { IBAN, IP_ADDRESS, PAYMENT_CARD } from "./numbers.ts";
import type { Recognizer } from "./recognizer.ts";
import {
	ANTHROPIC_KEY,
	AWS_KEY,
	CREDENTIALED_URL,
	GITHUB_TOKEN,
	JWT,
	OPENAI_KEY,
	PRIVATE_KEY,
	SLACK_TOKEN,
	STRIPE_KEY,
} from "./secrets.ts";

/** All recognizers in priority order: where two begin at the same byte, the longer and then the earlier one names the region. */
export const RECOGNIZERS: readonly Recognizer[] = [
	PRIVATE_KEY,
	AWS_KEY,
	GITHUB_TOKEN,
	SLACK_TOKEN,
	STRIPE_KEY,
	ANTHROPIC_KEY,
	OPENAI_KEY,
	JWT,
	CREDENTIALED_URL,
	EMAIL,
	PAYMENT_CARD,
	IBAN,
	US_SSN,
	PHONE,
	IP_ADDRESS,
];

/** Names that may stand in `detection_types`. */
export function detectionNames(): string[] {
	return [...new Set(["all", "pii", "secrets", ...RECOGNIZERS.flatMap(({ type, groups }) => [type, ...(groups ?? [])])])];
}

/** The recognizers that the names select, in priority order. Unknown names select nothing; the configuration refuses them. */
export function selectRecognizers(names: readonly string[]): Recognizer[] {
	const wanted = new Set(names);
	return RECOGNIZERS.filter(
		({ type, category, groups }) =>
			wanted.has("all") ||
			wanted.has(type) ||
			wanted.has(category === "secret" ? "secrets" : "pii") ||
			(groups ?? []).some((group) => wanted.has(group)),
	);
}
