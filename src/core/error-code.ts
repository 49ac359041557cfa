/** What may be told and logged of a failure: the system's code for it, else its kind. Never its text, which may quote what failed. */
export function errorCode(error: unknown): string {
	if (!(error instanceof Error)) return "unknown";
	return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
