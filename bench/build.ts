/**
 * A module of dist/, the build that is shipped: the TypeScript loader of the benches keeps names of functions at a cost
 * that would be measured too. `path` is the source's path without extension: `inspect/response-filter`.
 */
export function fromBuild<Module>(path: string): Promise<Module> {
	return import(new URL(`../dist/${path}.js`, import.meta.url).href) as Promise<Module>;
}
