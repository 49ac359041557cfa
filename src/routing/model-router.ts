import picomatch from "picomatch";

/** Where requests for a model go. */
export interface Route {
	readonly provider: string;
	/** Without a trailing slash. */
	readonly baseUrl: string;
	/** Empty: none configured. */
	readonly apiKey: string;
	readonly deadlines: { readonly connectMs: number; readonly headMs: number; readonly idleMs: number };
	/** Members added to a request that does not have them. */
	readonly defaults: Readonly<Record<string, number>>;
}

export interface RouteSpec extends Route {
	/** Model globs; empty: every model. */
	readonly models: readonly string[];
}

/** First provider, in the order of the configuration, with a glob for the model. */
export function createModelRouter(specs: readonly RouteSpec[]): (model: string) => Route | undefined {
	const table = specs.map((spec) => ({ spec, matches: spec.models.length === 0 ? () => true : picomatch([...spec.models], { bash: true }) }));
	return (model) => table.find(({ matches }) => matches(model))?.spec;
}
