import type { UpstreamClient } from "../edge/upstream-types.ts";
import type { ModelRouter, ServedModels } from "../routing/model-router.ts";
import { fetchBody } from "./fetch-body.ts";
import { type ListCaller, modelListRequest } from "./model-list-request.ts";
import { type ListedModel, parseModels } from "./model-shape.ts";

/** ms for one provider to answer; a slow one is left out. */
const LIST_TIMEOUT_MS = 5000;
/** Bytes of one provider's list. */
const MAX_LIST_BYTES = 4 << 20;
/** ms a provider's list is used again. */
const LIST_TTL_MS = 60_000;

export interface ModelDirectory {
	/** The models of all providers that this proxy would route to them, each once. */
	list(caller: ListCaller): Promise<readonly ListedModel[]>;
}

export interface ModelDirectoryOptions {
	readonly router: ModelRouter;
	readonly upstream: UpstreamClient;
	/** Whether the caller's credential goes to providers without a key. */
	readonly passCredential: boolean;
}

export function createModelDirectory(options: ModelDirectoryOptions): ModelDirectory {
	const kept = new Map<string, { readonly until: number; readonly models: Promise<readonly ListedModel[] | undefined> }>();

	const ask = async (provider: ServedModels, caller: ListCaller): Promise<readonly ListedModel[] | undefined> => {
		const { route } = provider;
		const request = { ...modelListRequest(route, caller, options.passCredential), deadlines: route.deadlines };
		const body = await fetchBody(options.upstream, request, MAX_LIST_BYTES, LIST_TIMEOUT_MS);
		return body === undefined ? undefined : parseModels(body, route.provider);
	};

	const listOf = async (provider: ServedModels, caller: ListCaller): Promise<readonly ListedModel[]> => {
		const { route, names, serves } = provider;
		const named = names.map((id) => ({ id, owner: route.provider, created: 0 }));
		if (route.type === "demo") return [{ id: "demo", owner: "secure-llm-proxy", created: 0 }];
		// A list that was asked for with the caller's own credential is the caller's alone.
		const isShared = route.apiKey !== "";
		const known = isShared ? kept.get(route.provider) : undefined;
		const models = known !== undefined && known.until > performance.now() ? known.models : ask(provider, caller);
		if (isShared && models !== known?.models) kept.set(route.provider, { until: performance.now() + LIST_TTL_MS, models });
		const listed = await models;
		if (listed === undefined && kept.get(route.provider)?.models === models) kept.delete(route.provider);
		return [...(listed ?? []).filter(({ id }) => serves(id)), ...named];
	};

	return {
		async list(caller) {
			const lists = await Promise.all(options.router.providers.map((provider) => listOf(provider, caller)));
			const aliases = options.router.aliases.map((id) => ({ id, owner: "secure-llm-proxy", created: 0 }));
			const models = new Map<string, ListedModel>();
			for (const model of [...aliases, ...lists.flat()]) if (!models.has(model.id)) models.set(model.id, model);
			return [...models.values()];
		},
	};
}
