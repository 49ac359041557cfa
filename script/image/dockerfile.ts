/** One instruction, continuation lines joined. `rest` is everything after the keyword. */
export interface Instruction {
	readonly keyword: string;
	readonly rest: string;
}

/** The instructions of a Dockerfile: comments dropped, `\` at a line's end joins the next line. */
export function parseDockerfile(text: string): Instruction[] {
	const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
	const joined = lines.join("\n").replace(/\\\n/g, " ").split("\n");
	return joined
		.filter((line) => line.trim() !== "")
		.map((line) => {
			const [, keyword, rest] = /^\s*(\w+)\s+(.*?)\s*$/.exec(line) ?? [];
			if (keyword === undefined || rest === undefined) throw new Error(`Not an instruction: ${line}`);
			return { keyword: keyword.toUpperCase(), rest };
		});
}

/** The exec form (`["a", "b"]`) of CMD, ENTRYPOINT or HEALTHCHECK … CMD. */
export function execForm(rest: string): string[] {
	const words: unknown = JSON.parse(rest.slice(rest.indexOf("[")));
	if (!Array.isArray(words) || !words.every((word) => typeof word === "string")) throw new Error(`Not in exec form: ${rest}`);
	return words;
}

/** `KEY=value KEY="value"` of ENV and LABEL. */
export function assignments(rest: string): Record<string, string> {
	return Object.fromEntries(
		[...rest.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)].map(([, key, quoted, plain]) => [key, quoted ?? plain ?? ""]),
	);
}

/**
 * Whether `.dockerignore` lets a file of the context in: of the patterns that match the file or a folder above it, the
 * last one decides. Literal names and `*` alone are understood; anything else is an error, not a guess.
 */
export function createContextFilter(dockerignore: string): (file: string) => boolean {
	const patterns = dockerignore.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
	for (const pattern of patterns)
		if (pattern !== "*" && /[*?[\]]/.test(pattern)) throw new Error(`.dockerignore: '${pattern}' is not understood here.`);
	return (file) => {
		const last = patterns.findLast((pattern) => {
			const name = pattern.replace(/^!/, "");
			return name === "*" || file === name || file.startsWith(`${name}/`);
		});
		return last === undefined || last.startsWith("!");
	};
}
