import { writeFileSync } from "node:fs";
import { neededCorporaDir } from "../corpora-dir.ts";
import { trainInjection } from "./cross-validate.ts";

/** `CORPORA_DIR=… npm run train:injection`: trains the model and writes its file beside this one. The same data give the same file. */
const dir = neededCorporaDir("injection-direct");
const bytes = trainInjection(dir);
writeFileSync(new URL("model.bin", import.meta.url), bytes);
process.stdout.write(`models/injection/model.bin: ${bytes.length} bytes\n`);
