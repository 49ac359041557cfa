import { confirmForeignMailTarget, confirmMailTarget, confirmUrlTarget } from "./call-targets.ts";
import { luhn, mod11And10, mod97, verhoeff } from "./check-digits.ts";
import {
	confirmAlignedPassword,
	confirmArgument,
	confirmAuthorization,
	confirmBlockValue,
	confirmCdataValue,
	confirmCell,
	confirmElementValue,
	confirmFormatValue,
	confirmListed,
	confirmNamedValue,
	confirmOption,
	confirmPasswordBelow,
	confirmPasswordValue,
	confirmSpokenPassword,
	confirmTokenValue,
} from "./confirm-credentials.ts";
import {
	confirmAwsSecret,
	confirmBase64Pem,
	confirmConfluent,
	confirmCrcToken,
	confirmCredentialedUrl,
	confirmDatabricks,
	confirmDiscord,
	confirmExactToken,
	confirmJwt,
	confirmMixedToken,
	confirmReversedToken,
	confirmRotatedToken,
	confirmSlackToken,
	confirmToken,
} from "./confirm-secrets.ts";
import {
	confirmE164,
	confirmEmail,
	confirmEmailFromAt,
	confirmNanp,
	confirmNationalPhone,
	confirmReversedEmail,
	confirmReversedEmailFromAt,
} from "./contact.ts";
import { IDENTIFIERS } from "./identifier-tables.ts";
import { identifierConfirmer, identifierFromDigit } from "./identifiers.ts";
import { LABELLED_CONFIRMERS } from "./labelled.ts";
import { confirmAddress, confirmImage, confirmLink } from "./links.ts";
import { confirmMrz } from "./mrz.ts";
import { confirmIpv4, confirmIpv6, confirmMac } from "./network.ts";
import { confirmCard, confirmExponentCard, confirmIban, confirmIbanFromDigit, confirmTrack } from "./payment.ts";
import type { Confirmer } from "./recognizer.ts";
import { AZURE_CONFIRMERS } from "./secrets-azure.ts";
import { confirmTerraformFromDot } from "./secrets-formats.ts";
import { confirmHiddenText } from "./text-marks.ts";
import { tokenEfficiency } from "./token-efficiency.ts";
import type { Validator } from "./validators.ts";
import { confirmBase58Check, confirmBech32, confirmEthereum, confirmMonero, confirmRipple } from "./wallets.ts";

const isTrue =
	(check: (compact: string) => boolean): Confirmer =>
	({ compact }) =>
		check(compact) ? 1 : 0;

/** What custom patterns may name; any score above 0 is a yes. */
const BY_VALIDATOR: Readonly<Record<Validator, Confirmer>> = {
	luhn: isTrue((compact) => /^\d+$/.test(compact) && luhn(compact)),
	verhoeff: isTrue((compact) => /^\d+$/.test(compact) && verhoeff(compact)),
	mod97: isTrue((compact) => mod97(compact) === 1),
	mod11_10: isTrue((compact) => /^\d+$/.test(compact) && mod11And10(compact)),
	payment_card: confirmCard,
	iban: confirmIban,
	email: confirmEmail,
	ip_address: (candidate) => (candidate.text.includes(":") ? confirmIpv6(candidate) : confirmIpv4(candidate)),
	jwt: confirmJwt,
	base58check: confirmBase58Check,
	random: ({ text }) => (tokenEfficiency(text) < 2.4 ? 1 : 0),
};

/** The functions that patterns name in `confirm`. */
export const CONFIRMERS: ReadonlyMap<string, Confirmer> = new Map<string, Confirmer>([
	["email", confirmEmail],
	["email_from_at", confirmEmailFromAt],
	["email_reversed", confirmReversedEmail],
	["email_reversed_from_at", confirmReversedEmailFromAt],
	["phone_e164", confirmE164],
	["phone_nanp", confirmNanp],
	["phone_national", confirmNationalPhone],
	["payment_card", confirmCard],
	["payment_card_exponent", confirmExponentCard],
	["iban", confirmIban],
	["iban_from_digit", confirmIbanFromDigit],
	["card_track", confirmTrack],
	["mrz", confirmMrz],
	["ipv4", confirmIpv4],
	["ipv6", confirmIpv6],
	["mac_address", confirmMac],
	["base58check", confirmBase58Check],
	["base58check_xrp", confirmRipple],
	["base58_xmr", confirmMonero],
	["bech32", confirmBech32],
	["ethereum", confirmEthereum],
	["jwt", confirmJwt],
	["token", confirmToken],
	["exact_token", confirmExactToken],
	["databricks_token", confirmDatabricks],
	["mixed_token", confirmMixedToken],
	["rotated_token", confirmRotatedToken],
	["reversed_token", confirmReversedToken],
	["github_token", confirmCrcToken],
	["npm_token", confirmCrcToken],
	["slack_token", confirmSlackToken],
	["confluent_key", confirmConfluent],
	["base64_pem", confirmBase64Pem],
	["discord_token", confirmDiscord],
	["terraform_from_dot", confirmTerraformFromDot],
	["credentialed_url", confirmCredentialedUrl],
	["aws_secret", confirmAwsSecret],
	["password_value", confirmPasswordValue],
	["token_value", confirmTokenValue],
	["spoken_password", confirmSpokenPassword],
	["option_value", confirmOption],
	["named_value", confirmNamedValue],
	["element_value", confirmElementValue],
	["cdata_value", confirmCdataValue],
	["cell_value", confirmCell],
	["password_below", confirmPasswordBelow],
	["block_value", confirmBlockValue],
	["aligned_password", confirmAlignedPassword],
	["argument_value", confirmArgument],
	["format_value", confirmFormatValue],
	["listed_value", confirmListed],
	["authorization_value", confirmAuthorization],
	["hidden_text", confirmHiddenText],
	["exfiltration_image", confirmImage],
	["exfiltration_link", confirmLink],
	["exfiltration_address", confirmAddress],
	["call_target_url", confirmUrlTarget],
	["call_target_mail", confirmMailTarget],
	["call_target_foreign_mail", confirmForeignMailTarget],
	...Object.entries(BY_VALIDATOR).map(([name, confirmer]) => [`validator:${name}`, confirmer] as const),
	...IDENTIFIERS.map((row) => [`identifier:${row.type}`, identifierConfirmer(row)] as const),
	...IDENTIFIERS.map((row) => [`identifier_from_digit:${row.type}`, identifierFromDigit(row)] as const),
	...LABELLED_CONFIRMERS,
	...AZURE_CONFIRMERS,
]);
