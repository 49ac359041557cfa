import { randomUUID } from "node:crypto";
import { ERRORS, type ErrorCode } from "../core/errors.ts";
import { matcherOf, modelMatcherOf } from "../core/globs.ts";
import type { Caller } from "../identity/caller.ts";
import type { Limits } from "../identity/limits.ts";
import { networkOf } from "../identity/network-of.ts";
import { type AbuseSettings, countBlock, historyMeter, historyRisk, suspensionOf } from "./abuse.ts";
import { limitHeaders, type Reading } from "./limit-headers.ts";
import type { Meter, MeterState, MeterStore } from "./meter.ts";
import { UNITS_PER_TOKEN } from "./request-use.ts";
import { LEASE_MS, metersAfter, metersBefore, type NamedMeter, type Scope, type Use } from "./scope.ts";

/** An entry of `rate_limiting.rules`: further limits for the requests for which all conditions hold. */
export interface LimitRule {
	readonly name: string;
	/** Whether each caller has the limits for itself, or all share them. */
	readonly per: "caller" | "everyone";
	readonly roles: readonly string[];
	/** Globs of the path, and of the model. */
	readonly routes: readonly string[];
	readonly models: readonly string[];
	readonly limits: Limits;
}

export interface LimitSettings {
	/** Of each caller, where its key or token does not say otherwise. */
	readonly limits: Limits;
	readonly burst: number;
	readonly rules: readonly LimitRule[];
	readonly abuse: AbuseSettings;
}

/** What is known before the request's body is read. */
export interface LimitedRequest {
	readonly caller: Caller;
	/** Without query. */
	readonly path: string;
	readonly bodyBytes: number;
}

/** A request that is within its limits. `end` must be called once. */
export interface Grant {
	/** What the caller's blocked requests of late say about this one, 0…1. */
	readonly history: number;
	/** Whether it is, now that its models are known: it counts for each of them. */
	forModels(named: readonly string[]): Promise<LimitRefusal | undefined>;
	/** `isBlocked`: the policy stopped the request. */
	end(used: Use, isBlocked: boolean): void;
}

export interface LimitRefusal {
	readonly code: ErrorCode;
	readonly message: string;
	readonly headers: Readonly<Record<string, string>>;
}

export type Admittance =
	| { readonly ok: true; readonly grant: Grant; readonly headers: Readonly<Record<string, string>> }
	| ({ readonly ok: false } & LimitRefusal);

export interface CallerLimiter {
	admit(request: LimitedRequest): Promise<Admittance>;
	close(): void;
}

export function createCallerLimiter(
	settings: LimitSettings,
	store: MeterStore,
	/** A caller was suspended. */
	onSuspended: (caller: string) => void,
): CallerLimiter {
	return new Limiter(settings, store, onSuspended);
}

const ADDRESS = "address:";

class Limiter implements CallerLimiter {
	readonly #settings: LimitSettings;
	readonly #store: MeterStore;
	readonly #onSuspended: (caller: string) => void;
	readonly #open = new Set<OpenRequest>();
	readonly #renewal: NodeJS.Timeout;
	#isClosed = false;

	constructor(settings: LimitSettings, store: MeterStore, onSuspended: (caller: string) => void) {
		this.#settings = settings;
		this.#store = store;
		this.#onSuspended = onSuspended;
		this.#renewal = setInterval(() => this.#renew(), LEASE_MS / 3).unref();
	}

	async admit(request: LimitedRequest): Promise<Admittance> {
		const { limits, burst, rules, abuse } = this.#settings;
		// A program may call its callers as rules are called here.
		const own: Scope = { name: `caller:${sharerOf(request.caller)}`, limits: Object.assign({}, limits, request.caller.limits), burst };
		const holding = rules.filter((rule) => isFor(rule, request));
		const open = new OpenRequest(request.bodyBytes, this.#store);
		const suspension = abuse.blocks > 0 ? [suspensionOf(sharerOf(request.caller), abuse)] : [];
		const taken = await open.take(
			[
				own,
				...scopesOf(
					request,
					holding.filter(({ models }) => models.length === 0),
				),
			],
			suspension,
			abuse.historyWeight > 0 ? historyMeter(sharerOf(request.caller), abuse) : undefined,
		);
		if (!taken.ok) return taken;
		this.#open.add(open);
		const grant: Grant = {
			history: historyRisk(taken.watched, abuse),
			forModels: async (named) => {
				const rest = holding.filter(({ models }) => models.length > 0 && named.some(modelMatcherOf(models)));
				const answer = await open.take(scopesOf(request, rest));
				return answer.ok ? undefined : answer;
			},
			end: (used, isBlocked) => {
				this.#open.delete(open);
				open.end(used);
				if (isBlocked && (abuse.blocks > 0 || abuse.historyWeight > 0)) void this.#countBlock(request.caller);
			},
		};
		return { ok: true, grant, headers: taken.headers };
	}

	async #countBlock(caller: Caller): Promise<void> {
		if (await countBlock(sharerOf(caller), this.#settings.abuse, this.#store)) this.#onSuspended(caller.id);
	}

	/** Open requests keep their places. */
	close(): void {
		this.#isClosed = true;
		this.#renew();
	}

	#renew(): void {
		if (this.#isClosed && this.#open.size === 0) clearInterval(this.#renewal);
		for (const { leases } of this.#open) if (leases.length > 0) void this.#store.charge(leases);
	}
}

type Taken =
	| { readonly ok: true; readonly headers: Readonly<Record<string, string>>; readonly watched?: MeterState | undefined }
	| ({ readonly ok: false } & LimitRefusal);

/** What one request has taken and gives back. */
class OpenRequest {
	readonly #store: MeterStore;
	/** Not the request's own id, which its client may choose. */
	readonly #holder = randomUUID();
	readonly #expected: number;
	readonly #scopes: Scope[] = [];
	readonly #leases: (Meter & { readonly kind: "lease" })[] = [];
	#isOver = false;

	constructor(bodyBytes: number, store: MeterStore) {
		this.#store = store;
		this.#expected = Math.ceil(bodyBytes / UNITS_PER_TOKEN);
	}

	get leases(): readonly Meter[] {
		return this.#leases;
	}

	/** `more`: meters that belong to no scope. `watched`: one that is only read. */
	async take(scopes: readonly Scope[], more: readonly NamedMeter[] = [], watched?: Meter): Promise<Taken> {
		const ofScopes = scopes.flatMap((scope) => metersBefore(scope, this.#holder, this.#expected, new Date()));
		const named = [...more, ...ofScopes];
		const meters = [...named.map(({ meter }) => meter), ...(watched === undefined ? [] : [watched])];
		if (meters.length === 0) return { ok: true, headers: {} };
		const { ok, states } = await this.#store.take(meters);
		const readings = named.flatMap((of, i): Reading[] => (states[i] === undefined ? [] : [{ of, state: states[i] }]));
		const headers = limitHeaders(readings, ok);
		if (!ok) return { ok: false, ...refusalOf(readings), headers };
		this.#scopes.push(...scopes);
		for (const { meter } of named) if (meter.kind === "lease") this.#leases.push(meter);
		// The client may have gone meanwhile.
		if (this.#isOver) this.#giveBack();
		return { ok: true, headers, watched: states[named.length] };
	}

	/** The use is charged although nothing of it may be left, and whatever the answer was. */
	end(used: Use): void {
		this.#isOver = true;
		const after = this.#scopes.flatMap((scope) => metersAfter(scope, this.#expected, used, new Date()));
		if (after.length > 0) void this.#store.charge(after);
		this.#giveBack();
	}

	#giveBack(): void {
		for (const lease of this.#leases.splice(0)) void this.#store.release(lease);
	}
}

/** Who shares limits with this caller: itself, or all addresses of its network. */
function sharerOf({ id }: Caller): string {
	return id.startsWith(ADDRESS) ? ADDRESS + networkOf(id.slice(ADDRESS.length)) : id;
}

function isFor({ roles, routes }: LimitRule, { caller, path }: LimitedRequest): boolean {
	return (roles.length === 0 || roles.some((role) => caller.roles.includes(role))) && matcherOf(routes)(path);
}

function scopesOf({ caller }: LimitedRequest, rules: readonly LimitRule[]): Scope[] {
	return rules.map(({ name, per, limits }) => ({
		name: `rule:${name}${per === "caller" ? `:${sharerOf(caller)}` : ""}`,
		limits,
		burst: 0,
	}));
}

const CODES: Readonly<Record<NamedMeter["kind"], ErrorCode>> = {
	requests: "rate_limited",
	tokens: "rate_limited",
	concurrency: "too_many_open",
	budget: "budget_exhausted",
	suspension: "caller_suspended",
};

function refusalOf(readings: readonly Reading[]): Pick<LimitRefusal, "code" | "message"> {
	const over = readings.find(({ state }) => state.isOver)?.of;
	const code = over === undefined ? "limits_unavailable" : CODES[over.kind];
	if (over === undefined || over.kind === "suspension") return { code, message: ERRORS[code].message };
	const what = over.kind === "concurrency" ? "Wait until one of them has ended." : "Wait as long as Retry-After says.";
	return { code, message: `You have reached your limit of ${over.text}. ${what}` };
}
