import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { calibrationOf, crossValidate } from "../injection/cross-validate.ts";
import { unlearnedTexts } from "../injection/unlearned.ts";
import { heldOutScores, outputOf } from "./held-out.ts";
import { weigh } from "./weigh.ts";

/**
 * `CORPORA_DIR=… tsx models/second-stage/write-weights.ts [TRAINED [FOLDER]]`: how the two stages are put together
 * (`weights.json`), from scores of sources that neither has seen. TRAINED: what train.py wrote; its scores become
 * `held-out.json.gz`. FOLDER: where both are written, by default this one.
 */
const dir = process.env["CORPORA_DIR"];
if (dir === undefined) {
	process.stderr.write("CORPORA_DIR is not set — give the folder that holds injection-direct/dev.jsonl and the others\n");
	process.exit(2);
}
const [trained, folder = import.meta.dirname] = process.argv.slice(2);
if (trained !== undefined)
	writeFileSync(join(folder, "held-out.json.gz"), gzipSync(readFileSync(join(trained, "scores.json")), { level: 9 }));
const scored = crossValidate(dir, unlearnedTexts(dir));
const calibration = calibrationOf(scored);
const second = heldOutScores(folder);
const weights = weigh(
	scored.map((item) => ({ text: item.text, first: item.calibrated(calibration), second: outputOf(second, item.text) })),
);
const rounded = Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, Number(value.toFixed(4))]));
writeFileSync(join(folder, "weights.json"), `${JSON.stringify(rounded)}\n`);
process.stdout.write(`weights.json: ${JSON.stringify(rounded)}\n`);
