/** Checks that a custom pattern may name. Each is a function of `confirmers.ts`, `validator:NAME`. */
export const VALIDATORS = [
	"luhn",
	"verhoeff",
	"mod97",
	"mod11_10",
	"payment_card",
	"iban",
	"email",
	"ip_address",
	"jwt",
	"base58check",
	"random",
] as const;
export type Validator = (typeof VALIDATORS)[number];
