import { writeFileSync } from "node:fs";
import { neededCorporaDir } from "../corpora-dir.ts";
import { trainHarm } from "./cross-validate.ts";

/** `CORPORA_DIR=… npm run train:harm`: trains the model and writes its files beside this one. The same data give the same files. */
const dir = neededCorporaDir("harm-text");
const { harm, kinds } = trainHarm(dir);
for (const [name, bytes] of [
	["model.bin", harm],
	["kinds.bin", kinds],
] as const) {
	writeFileSync(new URL(name, import.meta.url), bytes);
	process.stdout.write(`models/harm/${name}: ${bytes.length} bytes\n`);
}
