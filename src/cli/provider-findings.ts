import type { Config } from "../config/schema.ts";
import { createUpstreamClient } from "../edge/upstream.ts";
import { configuredRouter } from "../routing/configured-router.ts";
import type { Route } from "../routing/model-router.ts";
import { ProviderHealthBook } from "../routing/provider-health.ts";
import { modelListRequest } from "../session/model-list-request.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";

/** ms for a provider to answer. */
const TIMEOUT_MS = 5000;

/** Asks each provider for the list of its models: it costs nothing, and shows whether address and key are right. */
export function providerFindings(config: Config): Promise<Finding[]> {
	const { providers } = configuredRouter(config, undefined, new ProviderHealthBook());
	const callersBringKeys = config.security.auth.mode === "none";
	return Promise.all(
		providers.map(async ({ route }) => {
			if (route.type === "demo") return ok(`provider ${route.provider}: embedded`);
			const answer = await answerOf(route);
			if (typeof answer === "string")
				return failure(`provider ${route.provider}: ${answer}`, "Check base_url, DNS, certificates and the network.");
			return statusFinding(route, answer, callersBringKeys);
		}),
	);
}

/** The status of the answer, or why there is none. */
function answerOf(route: Route): Promise<number | string> {
	const upstream = createUpstreamClient();
	const deadlines = { connectMs: TIMEOUT_MS, headMs: TIMEOUT_MS, idleMs: TIMEOUT_MS };
	return new Promise<number | string>((resolve) => {
		const exchange = upstream.send(
			{ ...modelListRequest(route), deadlines },
			{
				onHead(status) {
					exchange.abort();
					resolve(status);
				},
				onData: () => undefined,
				onEnd: () => undefined,
				onError: (code, cause) => resolve(cause === undefined ? code : `${code} (${cause})`),
			},
		);
	}).finally(() => upstream.close());
}

function statusFinding({ provider, apiKey }: Route, status: number, callersBringKeys: boolean): Finding {
	const name = `provider ${provider}`;
	if (status >= 200 && status <= 299) return ok(`${name} answers`);
	if (status !== 401 && status !== 403)
		return warning(`${name} answers ${status} to a question for its models`, "Fine if it has no such list; else check base_url.");
	if (apiKey !== "") return failure(`${name} refuses its key (${status})`, `Check llm_providers.${provider}.api_key.`);
	if (callersBringKeys) return ok(`${name} answers; callers bring their own key`);
	return failure(`${name} wants a key and gets none (${status})`, `Set llm_providers.${provider}.api_key.`);
}
