import { isE164, isEmail, isIban, isIpv4, isIpv6, isJwtHeader, isNanp, isPaymentCard, isSsn } from "./checks.ts";
import type { Confirmer } from "./recognizer.ts";

const whenValid =
	(check: (text: string) => boolean, score: number): Confirmer =>
	({ text }) =>
		check(text) ? score : 0;

/** The functions that patterns name in `confirm`. */
export const CONFIRMERS: ReadonlyMap<string, Confirmer> = new Map<string, Confirmer>([
	["email", whenValid(isEmail, 0.95)],
	["payment_card", whenValid(isPaymentCard, 0.95)],
	["iban", whenValid(isIban, 0.98)],
	["ssn", whenValid(isSsn, 0.8)],
	["ipv4", whenValid(isIpv4, 0.7)],
	["ipv6", whenValid(isIpv6, 0.8)],
	["phone_e164", whenValid(isE164, 0.8)],
	["phone_nanp", whenValid(isNanp, 0.75)],
	["jwt", whenValid(isJwtHeader, 0.98)],
]);
