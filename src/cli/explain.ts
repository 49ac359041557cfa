import type { Config } from "../config/schema.ts";
import { modelMatcherOf } from "../core/globs.ts";
import { readKeyFile } from "../identity/key-file.ts";
import type { PolicySubject } from "../policy/choose-policy.ts";
import type { ChosenPolicy, NamedPolicy, PolicyBook } from "../policy/policy-book.ts";
import { configuredRouter } from "../routing/configured-router.ts";
import { endpointOf } from "../routing/endpoints.ts";
import type { Route } from "../routing/model-router.ts";
import { ProviderHealthBook } from "../routing/provider-health.ts";
import { printFaults } from "./print-faults.ts";

/** A request as the options of `check --explain` describe it. */
export interface ExplainedRequest {
	readonly model?: string;
	readonly route: string;
	readonly key?: string;
	readonly role?: readonly string[];
	/** `name=value`. */
	readonly claim?: readonly string[];
	readonly policy?: string;
	readonly json?: boolean;
}

/** `check --explain`: which policy the request gets, why, and which one its provider adds. Exit 0 or 2. */
export function explain(config: Config, book: PolicyBook, request: ExplainedRequest): number {
	if (endpointOf(request.route, {}) === undefined)
		return fault("--route", `the proxy does not serve '${request.route}'`, "Give the path of a request, such as /v1/messages.");
	const formless = request.claim?.find((claim) => !/^[^=]+=/.test(claim));
	if (formless !== undefined) return fault("--claim", `'${formless}' is no claim`, "Give its name and its value: department=research.");
	const subject = subjectOf(config, request);
	if (typeof subject === "string") return fault("--key", subject, "'secure-llm-proxy keys list' shows the ids.");
	const choices = book.choices(subject);
	if (choices === undefined)
		return fault("policy", `there is no policy '${subject.policy}': such requests are answered 403`, "Define it in security.policies.");
	const model = request.model ?? "";
	const chosen = choices.find(({ models }) => modelMatcherOf(models)(model)) as ChosenPolicy;
	const { provider, policy: extra } = routeOf(config, request.route, model) ?? {};
	const also = extra === undefined ? undefined : book.named(extra);
	const lineage = (name: string): readonly string[] => config.policies.find((policy) => policy.name === name)?.lineage ?? [];
	const facts = ({ name, id, dryRun }: NamedPolicy): object => ({ name, id, dry_run: dryRun, lineage: lineage(name) });
	if (request.json === true) {
		const first = { ...facts(chosen.policy), reason: chosen.reason };
		process.stdout.write(`${JSON.stringify({ policy: first, provider: provider ?? null, provider_policy: also ? facts(also) : null })}\n`);
		return 0;
	}
	const line = ({ name, id, dryRun }: NamedPolicy): string => `${lineage(name).join(" → ")}, version ${id}${dryRun ? ", dry run" : ""}`;
	process.stdout.write(`policy ${chosen.policy.name} (${chosen.reason})\n  ${line(chosen.policy)}\n`);
	if (also !== undefined)
		process.stdout.write(`prompts to ${provider} must pass ${also.name} as well (llm_providers.${provider}.policy)\n  ${line(also)}\n`);
	if (request.model === undefined && choices.length > 1)
		process.stdout.write("Rules with models were left out: --model says which one is asked for.\n");
	return 0;
}

/** Where the request goes first while every provider is well; weighted targets are drawn. */
function routeOf(config: Config, path: string, model: string): Route | undefined {
	const api = endpointOf(path, {})?.api;
	return api && configuredRouter(config, undefined, new ProviderHealthBook()).targets(model, api, "")[0]?.route;
}

/** Who would ask, or why there is no such caller. */
function subjectOf({ security }: Config, { key, role = [], claim = [], policy, route }: ExplainedRequest): PolicySubject | string {
	const claims = new Map<string, string[]>();
	for (const [, name = "", value = ""] of claim.map((text) => /^([^=]*)=(.*)$/s.exec(text) ?? []))
		claims.set(name, [...(claims.get(name) ?? []), value]);
	if (key === undefined) return { path: route, key, policy, roles: role, claims };
	const reading = readKeyFile(security.auth.keys_file);
	if (!reading.ok) return `${security.auth.keys_file} ${reading.reason}`;
	const record = reading.keys.find(({ id }) => id === key);
	if (record === undefined) return `${security.auth.keys_file} holds no key ${key}`;
	return {
		path: route,
		key,
		policy: policy ?? record.policy,
		roles: [...role, ...(record.role === undefined ? [] : [record.role])],
		claims,
	};
}

function fault(path: string, message: string, remedy: string): number {
	printFaults([{ path, message, remedy }]);
	return 2;
}
