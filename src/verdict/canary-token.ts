import { createHmac } from "node:crypto";
import { CANARY, canaryOf } from "../recognizers/canary.ts";

/** The canary of an application's words to the model, the same for the same words and key. */
export function canaryToken(hidden: readonly string[], key: Uint8Array): string {
	const hmac = createHmac("sha256", key).update("canary");
	for (const text of hidden) hmac.update(`\0${text}`);
	return canaryOf(hmac.digest("hex"));
}

/** Whether a finding of this type only looks like a canary: neither `token` nor a beginning of it. */
export function isForeignCanary(text: string, type: string, token: string): boolean {
	return type === CANARY.type && !token.startsWith(text.toLowerCase());
}
