import { LRUCache } from "lru-cache";
import picomatch from "picomatch";

/** Lists of globs come from the configuration, keys and tokens: few, and each is asked with every request. */
const matchers = new LRUCache<string, (text: string) => boolean>({ max: 1000 });

/** Whether one of the globs matches; an empty list matches everything. */
export function matcherOf(globs: readonly string[]): (text: string) => boolean {
	return matcher(globs, false);
}

/** The same of names of models, in any letter case: some providers do not tell them apart, and no rule is passed by with capitals. */
export function modelMatcherOf(globs: readonly string[]): (model: string) => boolean {
	return matcher(globs, true);
}

function matcher(globs: readonly string[], nocase: boolean): (text: string) => boolean {
	if (globs.length === 0) return () => true;
	const key = `${nocase}\n${globs.join("\n")}`;
	const known = matchers.get(key);
	if (known !== undefined) return known;
	const matches = picomatch([...globs], { bash: true, nocase });
	matchers.set(key, matches);
	return matches;
}
