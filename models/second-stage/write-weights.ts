import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { StageWeights } from "../../src/models/second-stage.ts";
import { neededCorporaDir } from "../corpora-dir.ts";
import { calibrated, crossValidate as crossValidateHarm } from "../harm/cross-validate.ts";
import { calibrationOf, crossValidate } from "../injection/cross-validate.ts";
import { unlearnedTexts } from "../injection/unlearned.ts";
import { heldOutScores, outputOf } from "./held-out.ts";
import { weigh } from "./weigh.ts";

/**
 * `CORPORA_DIR=… tsx models/second-stage/write-weights.ts [TRAINED [FOLDER]]`: how the two stages are put together
 * (`weights.json`), from scores of sources that neither has seen. TRAINED: what train.py wrote; its scores become
 * `held-out.json.gz`. FOLDER: where both are written, by default this one.
 */
const dir = neededCorporaDir("injection-direct");
const [trained, folder = import.meta.dirname] = process.argv.slice(2);
if (trained !== undefined)
	writeFileSync(join(folder, "held-out.json.gz"), gzipSync(readFileSync(join(trained, "scores.json")), { level: 9 }));
const outputs = heldOutScores(folder);

const attacks = crossValidate(dir, unlearnedTexts(dir));
const calibration = calibrationOf(attacks);
const injection = weigh(
	"injection",
	attacks.map((item) => ({ text: item.text, first: item.calibrated(calibration), second: outputOf(outputs, "injection", item.text) })),
);
const toChance = calibrated(crossValidateHarm(dir, "clusters"));
const harm = weigh(
	"harm",
	crossValidateHarm(dir, "sources").map(({ text, score }) => ({ text, first: toChance(score), second: outputOf(outputs, "harm", text) })),
);
const rounded = (weights: StageWeights): object =>
	Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, Number(value.toFixed(4))]));
const json = JSON.stringify({ injection: rounded(injection), harm: rounded(harm) });
writeFileSync(join(folder, "weights.json"), `${json}\n`);
process.stdout.write(`weights.json: ${json}\n`);
