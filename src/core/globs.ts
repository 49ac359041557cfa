import picomatch from "picomatch";

/** Whether one of the globs matches; an empty list matches everything. */
export function matcherOf(globs: readonly string[]): (model: string) => boolean {
	return globs.length === 0 ? () => true : picomatch([...globs], { bash: true });
}
