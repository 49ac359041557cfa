import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { calibrationOf, crossValidate } from "../injection/cross-validate.ts";
import { unlearnedTexts } from "../injection/unlearned.ts";
import { heldOutScores, outputOf } from "./held-out.ts";
import { weigh } from "./weigh.ts";

/**
 * `CORPORA_DIR=… tsx models/second-stage/write-weights.ts [DIR]`: how the two stages are put together (`weights.json`), from
 * scores of sources that neither has seen. DIR: what train.py wrote; its scores become `held-out.json.gz`.
 */
const dir = process.env["CORPORA_DIR"];
if (dir === undefined) {
	process.stderr.write("CORPORA_DIR is not set — give the folder that holds injection-direct/dev.jsonl and the others\n");
	process.exit(2);
}
const [trained] = process.argv.slice(2);
if (trained !== undefined)
	writeFileSync(new URL("held-out.json.gz", import.meta.url), gzipSync(readFileSync(join(trained, "scores.json")), { level: 9 }));
const scored = crossValidate(dir, unlearnedTexts(dir));
const calibration = calibrationOf(scored);
const second = heldOutScores();
const weights = weigh(
	scored.map((item) => ({ text: item.text, first: item.calibrated(calibration), second: outputOf(second, item.text) })),
);
const rounded = Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, Number(value.toFixed(4))]));
writeFileSync(new URL("weights.json", import.meta.url), `${JSON.stringify(rounded)}\n`);
process.stdout.write(`models/second-stage/weights.json: ${JSON.stringify(rounded)}\n`);
