import { crc32 } from "node:zlib";
import { isPlaceholder, TEMPLATE } from "./placeholders.ts";
import type { Confirmer } from "./recognizer.ts";
import { reversed } from "./reversed.ts";
import { rot13 } from "./rot13.ts";
import { entropy, tokenEfficiency } from "./token-efficiency.ts";

/** A token with a vendor's prefix: only what was plainly written by hand is refused. */
export const confirmToken: Confirmer = ({ text }) => {
	const body = text.replace(/^[A-Za-z0-9$.]{1,24}[-_.!:/](?:\d-)?/, "");
	if (/x{6,}|X{6,}|0{12,}|(?:1234567890){2}|\*{3}|\.{3}|your|insert|replace|placeholder|redacted/i.test(body) || isMonotonous(body))
		return 0;
	return /[a-z]/i.test(body) && !/\d/.test(body) && tokenEfficiency(body) > 2.8 ? 0 : 0.97;
};

/** Of one length: a letter or a digit more, and it is something else. */
export const confirmExactToken: Confirmer = (candidate) => {
	if (candidate.right === undefined) return undefined;
	return /^[_-]?[A-Za-z0-9]/.test(candidate.right) ? 0 : confirmToken(candidate);
};

/** Azure adds a number behind a hyphen. */
export const confirmDatabricks: Confirmer = (candidate) => {
	const { right } = candidate;
	return confirmExactToken({ ...candidate, right: right?.replace(/^-\d(?![A-Za-z0-9_-])/, "") });
};

/** Its first 64 characters have fewer different pairs than a third of them: keys that were held down, or one pattern again and again. */
function isMonotonous(body: string): boolean {
	const head = body.slice(0, 64).toLowerCase();
	const pairs = new Set(Array.from(head, (_, i) => head.slice(i, i + 2)));
	return head.length >= 20 && pairs.size * 3 < head.length;
}

/** Slack numbers workspaces and versions: what has no digit is a name for a token. */
export const confirmSlackToken: Confirmer = (candidate) => (/\d/.test(candidate.text) ? confirmToken(candidate) : 0);

/** In ROT13 a token is as random as before; the words of an address or a class name are not: small letters and few digits. */
export const confirmRotatedToken: Confirmer = (candidate) => {
	const { text } = candidate;
	return isRandom(text) ? confirmToken({ ...candidate, text: rot13(text) }) : 0;
};

/** Backwards likewise. */
export const confirmReversedToken: Confirmer = (candidate) =>
	isRandom(candidate.text) ? confirmToken({ ...candidate, text: reversed(candidate.text) }) : 0;

function isRandom(text: string): boolean {
	const digits = text.replace(/\D/g, "").length;
	return (digits * 6 > text.length || (digits > 0 && /[A-Z]/.test(text))) && tokenEfficiency(text) < 2.4;
}

/** Letters beyond `f`: not a hash that happens to begin like the token. */
export const confirmMixedToken: Confirmer = (candidate) => (/[g-zG-Z]/.test(candidate.text) ? confirmToken(candidate) : 0);

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The last six characters are the CRC-32 of the thirty before, in base 62 (GitHub 2021, npm 2021). Others may be made up. */
export const confirmCrcToken: Confirmer = (candidate) => {
	const body = candidate.text.slice(-36);
	let check = crc32(body.slice(0, 30));
	let digits = "";
	for (let i = 0; i < 6; i++, check = Math.floor(check / 62)) digits = BASE62[check % 62] + digits;
	return digits === body.slice(30) ? 0.99 : confirmToken(candidate);
};

/** The last six characters are the CRC-32 of the 54 before, low byte first, in base64. Others may be made up. */
export const confirmConfluent: Confirmer = (candidate) => {
	const body = candidate.text.slice("cflt".length);
	const check = Buffer.alloc(4);
	check.writeUInt32LE(crc32(body.slice(0, 54)));
	return check.toString("base64").startsWith(body.slice(54)) ? 0.99 : confirmToken(candidate);
};

/**
 * First members of what proves who somebody is: headers of JOSE (RFC 7515 §4.1, 7516 §4.1, 7519 §5), and what signed or encrypted
 * cookies of web frameworks begin with. Other JSON in base64 is data: a cursor of a list, a state.
 */
const TOKEN_MEMBER =
	/^\{\s*"(?:alg|typ|cty|kid|jku|jwk|x5[uct]|crit|enc|zip|epk|ap[uv]|iv|tag|p2[sc]|b64|iss|sub|aud|exp|nbf|iat|jti|nonce|ver(?!s)|ppt|mac|_|user|uid|sid|csrf|sess|auth|login|logged|account|email|role|admin|refresh|access)/i;

/** The first part of a JWT decodes to the beginning of a JSON object. */
export const confirmJwt: Confirmer = ({ text }) =>
	TOKEN_MEMBER.test(Buffer.from(text.slice(0, 16), "base64url").toString("latin1")) ? 0.98 : 0;

/** `-----BEGIN` decodes; certificates and public keys are not secret. */
export const confirmBase64Pem: Confirmer = ({ text }) =>
	/^-----BEGIN (?!CERT|PUBLIC|X509|RSA PUBLIC)/.test(Buffer.from(text, "base64").toString("latin1")) ? 0.97 : 0;

/** The first part of a Discord token is the decimal id of the bot. */
export const confirmDiscord: Confirmer = ({ text }) =>
	/^\d{17,20}$/.test(Buffer.from(text.slice(0, text.indexOf(".")), "base64url").toString("latin1")) ? 0.97 : 0;

export const confirmCredentialedUrl: Confirmer = ({ text, left }) => {
	const password = text.slice(text.indexOf(":") + 1, -1);
	if (
		!/[A-Za-z][A-Za-z0-9+.-]*:\/\/$/.test(left) ||
		TEMPLATE.test(password) ||
		/^(.)\1{2,}$/.test(password) ||
		/^(?:\*+|x{3,}|\.+|\$[A-Za-z_]+|%[A-Za-z_]+%?|\d{1,5}\/.*)$/i.test(password)
	)
		return 0;
	return 0.95;
};

export const confirmAwsSecret: Confirmer = ({ text }) =>
	text.length === 40 && /[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9/+]/.test(text) && entropy(text) > 3.5 && !isPlaceholder(text)
		? 0.95
		: 0;
