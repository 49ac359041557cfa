import { writeFileSync } from "node:fs";
import { trainHarm } from "./cross-validate.ts";

/** `CORPORA_DIR=… npm run train:harm`: trains the model and writes its file beside this one. The same data give the same file. */
const dir = process.env["CORPORA_DIR"];
if (dir === undefined) {
	process.stderr.write("CORPORA_DIR is not set — give the folder that holds harm-text/dev.jsonl and the others\n");
	process.exit(2);
}
const bytes = trainHarm(dir);
writeFileSync(new URL("model.bin", import.meta.url), bytes);
process.stdout.write(`models/harm/model.bin: ${bytes.length} bytes\n`);
