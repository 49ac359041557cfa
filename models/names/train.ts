import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { encodeModel } from "../../src/models/token-model-file.ts";
import { neededCorporaDir } from "../corpora-dir.ts";
import { REPORTED_FOLD } from "./split.ts";
import { DEFAULTS, trainTokenModel } from "./training.ts";

/**
 * `CORPORA_DIR=… npm run train:names [-- --out FILE]`: trains the token model on the corpora and on synthetic sentences.
 * The same data and seed give the same file.
 */
const dir = neededCorporaDir("pii-ner-real");
const args = process.argv.slice(2);
const valueOf = (flag: string, otherwise: string): string => (args.includes(flag) ? (args[args.indexOf(flag) + 1] as string) : otherwise);
const log = (text: string): void => void process.stderr.write(`${text}\n`);

/** Probability from which an entity is reported by default: what `npm run eval -- names --folds` chooses over all folds. */
const thresholds = { person: 0.9, lone: 0.998, address: 0.5, organization: 0.55, place: 1 };
const model = trainTokenModel(dir, new Set([REPORTED_FOLD]), {
	...DEFAULTS,
	bits: Number(valueOf("--bits", String(DEFAULTS.bits))),
	epochs: Number(valueOf("--epochs", String(DEFAULTS.epochs))),
	decay: Number(valueOf("--decay", String(DEFAULTS.decay))),
	dropout: Number(valueOf("--dropout", String(DEFAULTS.dropout))),
	synthetic: Number(valueOf("--synthetic", String(DEFAULTS.synthetic))),
	log,
});
const file = gzipSync(encodeModel({ model, thresholds }), { level: 9 });
const out = valueOf("--out", new URL("model.bin.gz", import.meta.url).pathname);
writeFileSync(out, file);
log(`${out}: ${(file.length / 1e6).toFixed(2)} MB`);
