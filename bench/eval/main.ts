import { parseArgs } from "node:util";
import { neededCorporaDir } from "../../models/corpora-dir.ts";
import { parseConfig } from "../../src/config/load.ts";
import { compilePolicy } from "../../src/policy/compile-policy.ts";
import { inspectEverything, printDetection } from "./detection.ts";
import { printDisguiseMatrix } from "./disguise-matrix.ts";
import { printHarm } from "./harm.ts";
import { printLearnedInjection } from "./injection-learned.ts";
import { printInjectionRules } from "./injection-rules.ts";
import { printKinds } from "./kinds.ts";
import { printNames } from "./names.ts";
import { printNameFolds } from "./names-folds.ts";
import { printPromptTime } from "./prompt-time.ts";
import { printProviderSecrets } from "./provider-secrets.ts";
import type { EvalSuite } from "./suite.ts";

const SUITES: Readonly<Record<string, EvalSuite>> = {
	detection: { about: "every kind of data on the corpora, and ordinary text", corpus: "pii-anon-eval", run: printDetection },
	secrets: {
		about: "secrets with a provider's prefix",
		corpus: "secrets-creddata",
		run: async ({ policy, dir, misses }) => printProviderSecrets(dir, await inspectEverything(policy), misses),
	},
	kinds: { about: "made-up values of every kind of secret and personal data", run: printKinds },
	disguises: { about: "every disguise on every type", run: ({ policy }) => printDisguiseMatrix(policy.response) },
	names: {
		about: "the token model for names, addresses, organisations; --folds: five trainings, with and without the encoder",
		corpus: "pii-ner-real",
		run: ({ dir, misses, folds }) => (folds ? printNameFolds(dir) : printNames(dir, misses)),
	},
	injection: {
		about: "the models for attacks, on sources they have not seen",
		corpus: "injection-direct",
		run: ({ policy, dir, misses }) => printLearnedInjection(policy, dir, misses),
	},
	"injection-rules": {
		about: "the rules for attacks, alone",
		corpus: "injection-direct",
		run: ({ policy, dir, limit, misses }) => printInjectionRules(policy, dir, limit, misses),
	},
	"prompt-time": {
		about: "what the decision about a prompt takes",
		corpus: "benign-prompts",
		run: ({ policy, dir }) => printPromptTime(policy, dir),
	},
	harm: { about: "the model for harm in answers", corpus: "harm-text", run: ({ dir, misses }) => printHarm(dir, misses) },
};

const USAGE = `CORPORA_DIR=… npm run eval -- [SUITE]   (default: detection)
${Object.entries(SUITES)
	.map(([name, { about, corpus }]) => `  ${name.padEnd(17)}${about}${corpus === undefined ? " (no corpora needed)" : ""}`)
	.join("\n")}
  --misses WHAT    lists errors by id: of a kind or type, a set, or all
  --limit ROWS     of each set
  --json           detection only
`;

function fail(message: string): never {
	process.stderr.write(`${message}\n\n${USAGE}`);
	process.exit(2);
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		misses: { type: "string" },
		limit: { type: "string", default: "Infinity" },
		folds: { type: "boolean", default: false },
		json: { type: "boolean", default: false },
		help: { type: "boolean", default: false },
	},
});
if (values.help) {
	process.stdout.write(USAGE);
	process.exit(0);
}
const [name = "detection", ...rest] = positionals;
const suite = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
if (suite === undefined || rest.length > 0) fail(`'${rest[0] ?? name}' is not a suite.`);
const limit = Number(values.limit);
if (!(limit >= 1)) fail("--limit must be a number of rows.");
const loaded = parseConfig("{}", {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
const dir = suite.corpus === undefined ? "" : neededCorporaDir(suite.corpus);
await suite.run({
	policy: compilePolicy(loaded.config.security),
	dir,
	limit,
	misses: values.misses,
	folds: values.folds,
	json: values.json,
});
