import { EMAIL, PHONE } from "./contact.ts";
import { IDENTIFIERS } from "./identifier-tables.ts";
import { identifierRecognizer } from "./identifiers.ts";
import { LABELLED } from "./labelled.ts";
import { LEARNED } from "./learned.ts";
import { MRZ } from "./mrz.ts";
import { IP_ADDRESS, MAC_ADDRESS } from "./network.ts";
import { CARD_TRACK, IBAN, PAYMENT_CARD } from "./payment.ts";
import type { Recognizer } from "./recognizer.ts";
import { AI_SECRETS } from "./secrets-ai.ts";
import { AZURE_KEY } from "./secrets-azure.ts";
import { CLOUD_SECRETS } from "./secrets-cloud.ts";
import { STRUCTURAL_SECRETS } from "./secrets-formats.ts";
import { GENERIC_CREDENTIAL } from "./secrets-generic.ts";
import { GIT_SECRETS } from "./secrets-git.ts";
import { SAAS_SECRETS } from "./secrets-saas.ts";
import { AWS_KEY, CREDENTIALED_URL, JWT, PRIVATE_KEY } from "./secrets-structural.ts";
import { WALLETS } from "./wallets.ts";

/** All recognizers in priority order: where two begin at the same byte, the longer and then the earlier one names the region. */
export const RECOGNIZERS: readonly Recognizer[] = [
	PRIVATE_KEY,
	AWS_KEY,
	...GIT_SECRETS,
	...AI_SECRETS,
	...SAAS_SECRETS,
	...CLOUD_SECRETS,
	AZURE_KEY,
	...STRUCTURAL_SECRETS,
	JWT,
	CREDENTIALED_URL,
	GENERIC_CREDENTIAL,
	EMAIL,
	...WALLETS,
	CARD_TRACK,
	PAYMENT_CARD,
	IBAN,
	MRZ,
	...IDENTIFIERS.map(identifierRecognizer),
	...LABELLED,
	PHONE,
	MAC_ADDRESS,
	IP_ADDRESS,
];

/** Those, and what the token model finds. */
export const ALL_RECOGNIZERS: readonly Recognizer[] = [...RECOGNIZERS, ...LEARNED];

/** Names that may stand in `detection_types`. */
export function detectionNames(): string[] {
	return [...new Set(["all", "pii", "secrets", ...ALL_RECOGNIZERS.flatMap(({ type, groups }) => [type, ...(groups ?? [])])])];
}

/** The recognizers that the names select, in priority order. Unknown names select nothing; the configuration refuses them. */
export function selectRecognizers(names: readonly string[]): Recognizer[] {
	const wanted = new Set(names);
	return ALL_RECOGNIZERS.filter(
		({ type, category, groups }) =>
			wanted.has("all") ||
			wanted.has(type) ||
			wanted.has(category === "secret" ? "secrets" : "pii") ||
			(groups ?? []).some((group) => wanted.has(group)),
	);
}

/** Likewise for answers: what makes them wait for the end of a sentence is selected by its own names only. */
export function selectForAnswers(names: readonly string[]): Recognizer[] {
	const wanted = new Set(names);
	return selectRecognizers(names).filter(
		(recognizer) => !LEARNED.includes(recognizer) || [recognizer.type, ...(recognizer.groups ?? [])].some((name) => wanted.has(name)),
	);
}
