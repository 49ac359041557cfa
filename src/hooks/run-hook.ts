import { isCallerName } from "../identity/caller.ts";
import type { HookCaller, HookRefusal, Hooks } from "./hooks.ts";

type HookPhase = "authenticate" | "request" | "prompt" | "finished";

/** ms that a hook has where the program does not say. */
const TIMEOUT_MS = 5000;

/** What came of a hook. */
export type HookResult =
	| { readonly kind: "passed" }
	| { readonly kind: "caller"; readonly caller: HookCaller }
	| { readonly kind: "refused"; readonly message: string; readonly status: number }
	/** As if it had never answered: what depends on it must not happen. */
	| { readonly kind: "failed" };

const PASSED: HookResult = { kind: "passed" };
const FAILED: HookResult = { kind: "failed" };

/** Runs the hooks of a program, which may do anything; nothing here throws. */
export class HookRunner {
	readonly #hooks: Hooks;
	readonly #onFailure: (phase: HookPhase, reason: string) => void;

	/** `reason`: for the log; never an error's message, which may hold anything. */
	constructor(hooks: Hooks, onFailure: (phase: HookPhase, reason: string) => void) {
		this.#hooks = hooks;
		this.#onFailure = onFailure;
	}

	/** Callers are told apart by the program, in place of `security.auth`. */
	get authenticates(): boolean {
		return this.#hooks.authenticate !== undefined;
	}

	/** `passed` where there is no such hook. */
	async run<Phase extends HookPhase>(phase: Phase, argument: Parameters<NonNullable<Hooks[Phase]>>[0]): Promise<HookResult> {
		const hook = this.#hooks[phase] as ((argument: unknown) => unknown) | undefined;
		if (hook === undefined) return PASSED;
		const { timeoutMs = TIMEOUT_MS } = this.#hooks;
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<string>((resolve) => {
			timer = setTimeout(() => resolve(`took longer than ${timeoutMs} ms`), timeoutMs);
		});
		const outcome = (async () => resultOf(phase, await hook.call(this.#hooks, argument)))().then(
			(result) => result ?? "returned what its phase does not take",
			(error: unknown) => (error instanceof Error ? `threw ${error.name}` : "threw"),
		);
		const result = await Promise.race([outcome, late]);
		clearTimeout(timer);
		if (typeof result !== "string") return result;
		this.#onFailure(phase, result);
		return FAILED;
	}
}

/** Undefined: nonsense, and so a failure. */
function resultOf(phase: HookPhase, value: unknown): HookResult | undefined {
	if (phase === "finished") return PASSED;
	if (isRefusal(value)) return { kind: "refused", message: value.refuse, status: value.status ?? 403 };
	if (phase === "authenticate") return isCaller(value) ? { kind: "caller", caller: value } : undefined;
	return value === undefined ? PASSED : undefined;
}

function isRefusal(value: unknown): value is HookRefusal {
	if (typeof value !== "object" || value === null) return false;
	const { refuse, status = 403 } = value as Partial<HookRefusal>;
	return typeof refuse === "string" && Number.isInteger(status) && status >= 400 && status <= 499;
}

function isCaller(value: unknown): value is HookCaller {
	if (typeof value !== "object" || value === null) return false;
	const { id, policy = "", tenant = "", roles = [], models = [], limits = {} } = value as Partial<HookCaller>;
	const areLimits = Object.values(limits).every((limit) => typeof limit === "number" && limit >= 0);
	const areTexts = (list: unknown): boolean => Array.isArray(list) && list.every((item) => typeof item === "string");
	const isNamed = typeof id === "string" && isCallerName(id) && typeof policy === "string" && typeof tenant === "string";
	return isNamed && areTexts(roles) && areTexts(models) && areLimits;
}
