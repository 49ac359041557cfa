/** What a client is told about an upstream's answer outside 2xx. */
export interface UpstreamRefusal {
	readonly status: number;
	readonly message: string;
	readonly headers: Readonly<Record<string, string>>;
}

const HINTS: Readonly<Record<number, string>> = {
	401: " Check the API key of the provider.",
	403: " Check the API key of the provider.",
	429: " Its rate limit was reached; try again later.",
};
/** Statuses on which the SDKs try again, beside 5xx. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 409, 429]);
const RETRY_AFTER = /^[\w ,:]{1,40}$/;

/** The upstream's status in our words: an error body may repeat the prompt, so it is not passed on. Redirects are not followed. */
export function upstreamRefusal(status: number, headers: Readonly<Record<string, string>>): UpstreamRefusal {
	const retryAfter = headers["retry-after"];
	return {
		status: status >= 400 && status <= 599 ? status : 502,
		message: `The upstream answered with status ${status}.${HINTS[status] ?? ""}`,
		headers: {
			...(retryAfter !== undefined && RETRY_AFTER.test(retryAfter) && { "retry-after": retryAfter }),
			...(!RETRYABLE.has(status) && status < 500 && { "x-should-retry": "false" }),
		},
	};
}
