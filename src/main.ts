#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import type { AuditProveOptions, AuditVerifyOptions } from "./cli/audit.ts";
import type { PlaceOptions } from "./cli/audit-places.ts";
import type { QueryOptions } from "./cli/audit-query.ts";
import type { SubjectOptions } from "./cli/audit-subject.ts";
import type { ConsentSettings } from "./cli/consent.ts";
import type { ExplainedRequest } from "./cli/explain.ts";
import type { KeySettings } from "./cli/keys.ts";
import type { PackOptions, SignOptions } from "./cli/packs.ts";
import type { ReportOptions } from "./cli/report.ts";
import type { ScanOptions } from "./cli/scan.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
/** What a shell says of a program that wrote to nobody. */
const SIGPIPE_STATUS = 141;
const program = new Command("secure-llm-proxy")
	.description("Gateway between chat applications and LLM APIs that stops leaks while the tokens stream")
	.version(version)
	// Before the commands: they take both over.
	.showHelpAfterError("Add --help to see what it takes.")
	.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
	.addHelpText(
		"after",
		`
Exit status: 0 done, 1 the answer is no (findings, not healthy, not sound), 2 it cannot be done.
${examples("serve --config config/demo.yaml", "check --config config.yaml", "scan --redact notes.txt", "COMMAND --help")}`,
	);
// Who reads the output may have seen enough, as head has: a command then ends like any other program, and the proxy serves on.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code !== "EPIPE") throw error;
	if (process.argv[2] !== "serve") process.exit(SIGPIPE_STATUS);
});
// Each command is loaded when it runs: --help and a revocation need not wait for the engine.
const finish = (code: number | undefined): void => {
	if (code !== undefined) process.exitCode = code;
};

program
	.command("serve")
	.description("run the proxy; SIGHUP reloads the configuration, SIGTERM lets open answers end, a second one does not")
	.requiredOption("--config <file>", "YAML or JSON configuration")
	.addHelpText("after", examples("serve --config config/demo.yaml", "serve --config config.yaml"))
	.action(async ({ config }: { config: string }) => finish(await (await import("./cli/serve.ts")).serve(config, version)));
program
	.command("check")
	.description("validate configuration and policies, or explain which policy a request gets")
	.requiredOption("--config <file>", "YAML or JSON configuration")
	.option("--explain", "say which policy the request described by the options below would get, and why")
	.option("--model <model>", "the model it asks for")
	.option("--route <path>", "its path", "/v1/chat/completions")
	.option("--key <id>", "id of its client key, which must be in security.auth.keys_file")
	.option("--role <role...>", "roles of its caller")
	.option("--claim <name=value...>", "claims of its caller's token")
	.option("--policy <name>", "the policy that its caller's key or token names")
	.option("--json", "print the explanation as JSON")
	.addHelpText(
		"after",
		examples("check --config config.yaml", "check --config config.yaml --explain --model gpt-4o --role doctor --claim department=research"),
	)
	.action(async ({ config, explain, ...request }: { config: string; explain?: true } & ExplainedRequest) =>
		finish(await (await import("./cli/check.ts")).check(config, explain && request)),
	);
program
	.command("doctor")
	.description("look at machine, certificates, audit folder, Redis and providers; exit 0, or 1 when something would fail")
	.requiredOption("--config <file>", "YAML or JSON configuration")
	.option("--json", "print JSON")
	.action(async ({ config, json }: { config: string; json?: boolean }) =>
		finish(await (await import("./cli/doctor.ts")).doctor(config, { json: json === true })),
	);
program
	.command("health")
	.description("ask the running proxy; exit 0 healthy, 1 not")
	.requiredOption("--config <file>", "the configuration it runs with")
	.action(async ({ config }: { config: string }) => finish(await (await import("./cli/health.ts")).health(config)));
program
	.command("scan [files...]")
	.description("inspect files, folders or stdin; exit 0 clean, 1 findings, 2 error")
	.addOption(new Option("--json", "one JSON object per file").conflicts(["redact", "sarif"]))
	.addOption(new Option("--redact", "print the redacted text").conflicts(["json", "sarif"]))
	.option("--sarif", "one SARIF 2.1.0 log")
	.option("--color", "colours, also where the output is no terminal")
	.option("--no-color", "no colours")
	.option("--show", "print what was found, not a mask of it")
	.option("--prompt", "inspect as prompts, attacks included")
	.option("--config <file>", "take patterns from this configuration")
	.addHelpText("after", examples("scan --sarif src docs", "scan --redact letter.txt", "scan --prompt --json < prompt.txt"))
	.action(async (files: string[], options: ScanOptions) =>
		finish(await (await import("./cli/scan.ts")).scan(files, { ...options, version })),
	);
const keys = program
	.command("keys")
	.description("client API keys of security.auth.keys_file; only hashes are stored, and every change is recorded in the audit trail");
const keyFile = ["--file <file>", "the key file", "./data/keys.json"] as const;
const folder = ["--dir <folder>", "the folder of audit.dir", "./data/audit"] as const;
const keyPlaces = (command: Command): Command =>
	command
		.option(...keyFile)
		.option(...folder)
		.option("--config <file>", "take both from this configuration");
const settingsOf = (command: Command): Command =>
	keyPlaces(command)
		.option("--name <name>", "who it is for")
		.option("--policy <name>", "the policy it gets, whatever security.policy_rules say")
		.option("--role <name>", "a role that security.policy_rules know")
		.option("--tenant <name>", "the tenant it belongs to, which may have given a consent")
		.option("--models, --model <glob...>", "models it may use; default: all")
		.option("--days <n>", "days until it expires")
		.option("--rpm, --requests-per-minute <n>", "requests per minute, instead of the configured limit; 0: no limit")
		.option("--rph, --requests-per-hour <n>", "requests per hour, likewise")
		.option("--tpm, --tokens-per-minute <n>", "tokens per minute, likewise")
		.option("--concurrent-requests <n>", "requests open at once, likewise")
		.option("--tokens-per-day <n>", "tokens per day, likewise")
		.option("--tokens-per-month <n>", "tokens per month, likewise")
		.option("--usd-per-day <amount>", "US dollars per day, likewise")
		.option("--budget, --usd-per-month <amount>", "US dollars per month, likewise")
		.option("--json", "print JSON");
settingsOf(keys.command("create").description("make a key and print it, once"))
	.addHelpText(
		"after",
		examples('keys create --config config.yaml --name "search team" --models "gpt-4o*" --rpm 120 --budget 50 --days 90'),
	)
	.action(async (settings: KeySettings) => finish(await (await import("./cli/keys.ts")).keysCreate(settings)));
keys
	.command("list")
	.description("all keys, without the keys: id, state, when it was made, when it ends, name")
	.option(...keyFile)
	.option("--config <file>", "take it from this configuration")
	.option("--json", "print JSON")
	.action(async (settings: KeySettings) => finish(await (await import("./cli/keys.ts")).keysList(settings)));
keyPlaces(keys.command("revoke <id>").description("refuse a key from now on")).action(async (id: string, settings: KeySettings) =>
	finish(await (await import("./cli/keys.ts")).keysRevoke(id, settings)),
);
keyPlaces(keys.command("rotate <id>").description("make a key that takes the place of another, for as long as that one was made for"))
	.option("--days <n>", "days that the old one stays valid; default: none")
	.option("--json", "print JSON")
	.action(async (id: string, settings: KeySettings) => finish(await (await import("./cli/keys.ts")).keysRotate(id, settings)));
const consentFile = ["--file <file>", "the file of security.consent.file", "./data/consent.json"] as const;
const places = (command: Command): Command =>
	command
		.option(...folder)
		.option(...consentFile)
		.option("--config <file>", "take both from this configuration");
const audit = program.command("audit").description("the audit trail");
audit
	.command("verify")
	.description("prove that no record was changed, added or removed; exit 0 sound, 1 not, 2 cannot be read")
	.option(...folder)
	.option("--key <key...>", "public keys of the logs, or files with them; default: those beside the logs")
	.option("--checkpoint <file...>", "signed checkpoints kept elsewhere: they reveal a removed tail")
	.option("--proof <file>", "check this proof of 'audit prove' instead of a log; with --checkpoint where it is about an earlier one")
	.option("--json", "one JSON object per log")
	.action(async (options: AuditVerifyOptions) => finish((await import("./cli/audit.ts")).auditVerify(options)));
audit
	.command("query")
	.description("find records, newest first; exit 0 some, 1 none, 2 cannot be done")
	.option(...folder)
	.option("--config <file>", "take audit.dir and audit.index_url from this configuration")
	.option("--from <time>", "from then on: a date, a time, or how long ago (24h, 7d)")
	.option("--to <time>", "up to then")
	.option("--subject <id>", "key:ID, jwt:NAME, address:IP or a pseudonym")
	.option("--type <type>", "interaction, refusal, lane, start, …")
	.option("--finding <type>", "a recognizer type that was found: email, credit_card, …")
	.addOption(new Option("--action <action>", "what was decided about the prompt").choices(["allow", "flag", "redact", "block", "invalid"]))
	.option("--model <glob>", "model, with * and ?")
	.option("--provider <name>", "who answered")
	.option("--outcome <outcome>", "complete, cut, client_abort or an error code")
	.option("--request-id <id>", "the X-Request-Id of an answer")
	.option("--log <name>", "only this log")
	.option("--limit <n>", "most records", "100")
	.option("--json", "one JSON object per record")
	.addHelpText(
		"after",
		examples(
			"audit query --from 24h --action block",
			"audit query --subject key:3fk9Qz1B --json",
			"audit query --finding aws_key --outcome cut",
		),
	)
	.action(async (options: QueryOptions) => finish(await (await import("./cli/audit-query.ts")).auditQuery(options)));
audit
	.command("prove")
	.description("a proof that others can check with the public key alone")
	.option(...folder)
	.option("--log <name>", "the log", "local")
	.option("--record <seq>", "that this record is in the log")
	.option("--since <checkpoint>", "that nothing changed since this checkpoint (a file)")
	.addHelpText("after", examples("audit prove --record 41 > a.tlog-proof", "audit prove --since old.checkpoint > b.proof"))
	.action(async (options: AuditProveOptions) => finish(await (await import("./cli/audit.ts")).auditProve(options)));
places(
	audit
		.command("export")
		.description("everything about one caller, as JSON: records, recorded content, consents (right of access)")
		.requiredOption("--subject <id>", "key:ID, jwt:NAME or address:IP")
		.option("--reason <text>", "recorded with the access"),
).action(async (options: SubjectOptions) => finish(await (await import("./cli/audit-subject.ts")).auditExport(options)));
places(
	audit
		.command("erase")
		.description(
			"destroy a caller's key and consents: what was encrypted is gone, and nothing links records to the caller (right to erasure)",
		)
		.requiredOption("--subject <id>", "key:ID, jwt:NAME or address:IP")
		.option("--reason <text>", "recorded with the erasure"),
).action(async (options: SubjectOptions) => finish(await (await import("./cli/audit-subject.ts")).auditErase(options)));
places(
	audit
		.command("rotate")
		.description(
			"wrap callers' keys and the names of consents with a new secret; start the proxy with SECURE_LLM_PROXY_SECRET_KEY and ..._PREVIOUS_SECRET_KEY first",
		),
).action(async (options: PlaceOptions) => finish(await (await import("./cli/audit-subject.ts")).auditRotate(options)));
const consent = program
	.command("consent")
	.description("what callers agreed to (security.consent); every change is recorded in the audit trail");
places(
	consent
		.command("grant")
		.description("write a consent down and print its id")
		.requiredOption("--subject <id>", "key:ID, jwt:NAME, address:IP, or tenant:NAME, role:NAME for everybody of a tenant or with a role")
		.requiredOption("--policy <name>", "the policy of security.policies that holds instead: what it leaves alone goes in clear")
		.requiredOption("--provider <name...>", "of llm_providers; * is any")
		.requiredOption("--purpose <purpose>", "what requests must state in security.consent.purpose_header")
		.requiredOption("--source <text>", "where the consent is written down, without the person's name")
		.option("--days <n>", "days until it ends; default: no end")
		.addHelpText(
			"after",
			examples('consent grant --subject jwt:alice --policy clinic --provider openai --purpose research --source "form 17" --days 365'),
		),
).action(async (settings: ConsentSettings) => finish(await (await import("./cli/consent.ts")).consentGrant(settings)));
places(consent.command("revoke <id>").description("the ordinary policy holds again, from the next request on")).action(
	async (id: string, settings: ConsentSettings) => finish(await (await import("./cli/consent.ts")).consentRevoke(id, settings)),
);
places(
	consent
		.command("list")
		.description("all consents, also those that are over")
		.option("--subject <id>", "only of this one")
		.option("--json", "print JSON"),
).action(async (settings: ConsentSettings) => finish(await (await import("./cli/consent.ts")).consentList(settings)));
program
	.command("report")
	.description("what the audit trail says about a period; exit 0 written, 1 written and the trail is not sound, 2 cannot be done")
	.option(...folder)
	.option("--from <time>", "from then on: a date, a time, or how long ago (24h, 30d)", "30d")
	.option("--to <time>", "up to then; default: now")
	.option("--out <file>", "a file ending in .html (with charts), .md or .json; default: Markdown on standard output")
	.addHelpText("after", examples("report --from 30d --out report.html", "report --from 2026-10-01 --to 2026-11-01 --dir /app/data/audit"))
	.action(async (options: ReportOptions) => finish(await (await import("./cli/report.ts")).report(options)));
const packs = program.command("packs").description("signed packs of patterns about threats, for threat_packs.dir");
const packDir = ["--dir <folder>", "the folder of threat_packs.dir", "./data/packs"] as const;
const trusted = ["--key <key...>", "public keys that are trusted, base64"] as const;
packs
	.command("verify <file-or-url>")
	.description("prove signature, patterns and examples; exit 0 or 2")
	.option(...trusted)
	.action(async (source: string, options: PackOptions) => finish(await (await import("./cli/packs.ts")).packsVerify(source, options)));
packs
	.command("add <file-or-url>")
	.description("prove a pack and put it in use from the next start or SIGHUP on")
	.option(...packDir)
	.option(...trusted)
	.action(async (source: string, options: PackOptions) => finish(await (await import("./cli/packs.ts")).packsAdd(source, options)));
packs
	.command("list")
	.description("packs and their versions")
	.option(...packDir)
	.action(async (options: PackOptions) => finish((await import("./cli/packs.ts")).packsList(options)));
packs
	.command("rollback <name>")
	.description("put the version before in use again")
	.option(...packDir)
	.action(async (name: string, options: PackOptions) => finish((await import("./cli/packs.ts")).packsRollback(name, options)));
packs
	.command("sign <file>")
	.description("check a pack and sign it")
	.requiredOption("--key <file>", "Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)")
	.option("--out <file>", "write it there")
	.addHelpText("after", examples("packs sign pack.json --key signer.pem --out pack.signed.json"))
	.action(async (file: string, options: SignOptions) => finish((await import("./cli/packs.ts")).packsSign(file, options)));
await program.parseAsync().catch((error: NodeJS.ErrnoException) => {
	// What the system refuses is for the operator to correct; anything else is a fault of ours and keeps its trace.
	if (error.syscall === undefined) throw error;
	process.stderr.write(`secure-llm-proxy: ${error.message} — check the path, and whether this user may use it\n`);
	finish(2);
});

/** Command lines below the help of a command. */
function examples(...lines: readonly string[]): string {
	return ["", "Examples:", ...lines.map((line) => `  secure-llm-proxy ${line}`)].join("\n");
}
