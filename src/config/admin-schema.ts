import { z } from "zod";

/** `admin`: who may change the proxy's data over HTTP. */
export const Admin = z
	.strictObject({
		keys_file: z
			.string()
			.default("")
			.describe(
				"File of administrators' keys, made by `secure-llm-proxy keys create --file FILE`, not that of client keys. They open `/admin/consents`. Empty: there is no such route.",
			),
	})
	.prefault({})
	.describe("Who may change the proxy's data over HTTP.");
