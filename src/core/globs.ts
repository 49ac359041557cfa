import { LRUCache } from "lru-cache";
import picomatch from "picomatch";

/** Lists of globs come from the configuration, keys and tokens: few, and each is asked with every request. */
const matchers = new LRUCache<string, (text: string) => boolean>({ max: 1000 });

/** Whether one of the globs matches; an empty list matches everything. */
export function matcherOf(globs: readonly string[]): (text: string) => boolean {
	if (globs.length === 0) return () => true;
	const key = globs.join("\n");
	const known = matchers.get(key);
	if (known !== undefined) return known;
	const matcher = picomatch([...globs], { bash: true });
	matchers.set(key, matcher);
	return matcher;
}
