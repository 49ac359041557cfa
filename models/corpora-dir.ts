/** The folder of the corpora; undefined where `CORPORA_DIR` is not set, or empty. */
export function corporaDir(): string | undefined {
	return process.env["CORPORA_DIR"] || undefined;
}

/** The folder of the corpora; without it the program ends with 2 and what to do. `example`: a set that it needs. */
export function neededCorporaDir(example: string): string {
	const dir = corporaDir();
	if (dir !== undefined) return dir;
	process.stderr.write(`CORPORA_DIR is not set — give the folder that holds ${example}/dev.jsonl and the others\n`);
	process.exit(2);
}
