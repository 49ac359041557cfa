import { z } from "zod";

/** `security.consent`: what callers agreed to, beyond the ordinary policy. */
export const Consent = z
	.strictObject({
		file: z
			.string()
			.default("")
			.describe(
				"File of consents, made by `secure-llm-proxy consent` or over HTTP (`admin`); changes hold from the next request on. Empty: nobody consents to anything.",
			),
		purpose_header: z
			.string()
			.regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/, "must be a header name in lower case")
			.default("x-purpose")
			.describe("Header in which a request states its purpose. It does not go upstream."),
	})
	.prefault({})
	.describe("Consents: for whom, to which policy, at which providers, for which purpose, until when.");
