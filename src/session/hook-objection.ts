import type { ErrorCode } from "../core/errors.ts";
import type { HookResult } from "../hooks/run-hook.ts";

/** Why a hook ends a request, as the client reads it. */
export interface HookObjection {
	readonly code: ErrorCode;
	readonly message?: string;
	readonly status?: number;
}

/** Undefined: it does not. */
export function hookObjection(result: HookResult): HookObjection | undefined {
	if (result.kind === "refused") return { code: "hook_refused", message: result.message, status: result.status };
	return result.kind === "failed" ? { code: "hook_failed" } : undefined;
}
