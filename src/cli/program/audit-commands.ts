import type { Command } from "commander";
import { RECORD_TYPES } from "../../audit/record-types.ts";
import type { AuditProveOptions, AuditVerifyOptions } from "../audit.ts";
import type { PlaceOptions } from "../audit-places.ts";
import type { QueryOptions } from "../audit-query.ts";
import type { SubjectOptions } from "../audit-subject.ts";
import { AUDIT_FOLDER, CONSENT_FILE, examples, finish, withPlaces } from "./command-line.ts";

/** `audit`. */
export function addAuditCommands(program: Command): void {
	const audit = program.command("audit").description("the audit trail");
	withPlaces(
		audit.command("verify").description("prove that no record was changed, added or removed; exit 0 sound, 1 not, 2 cannot be read"),
		AUDIT_FOLDER,
	)
		.option("--key <key...>", "public keys of the logs, or files with them; default: those beside the logs")
		.option("--checkpoint <file...>", "signed checkpoints kept elsewhere: they reveal a removed tail")
		.option("--proof <file>", "check this proof of 'audit prove' instead of a log; with --checkpoint where it is about an earlier one")
		.option("--json", "one JSON object per log")
		.action(async (options: AuditVerifyOptions) => finish(await (await import("../audit.ts")).auditVerify(options)));
	withPlaces(
		audit
			.command("query")
			.description("find records, newest first, with --config in audit.index_url too; exit 0 some, 1 none, 2 cannot be done"),
		AUDIT_FOLDER,
	)
		.option("--from <time>", "from then on: a date, a time, or how long ago (24h, 7d)")
		.option("--to <time>", "up to then")
		.option("--subject <id>", "key:ID, jwt:NAME, address:IP or a pseudonym")
		.addOption(program.createOption("--type <type>", "what the record is about").choices(RECORD_TYPES))
		.option("--finding <type>", "a recognizer type that was found: email, credit_card, …")
		.addOption(
			program
				.createOption("--action <action>", "what was decided about the prompt")
				.choices(["allow", "flag", "redact", "block", "invalid"]),
		)
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
		.action(async (options: QueryOptions) => finish(await (await import("../audit-query.ts")).auditQuery(options)));
	withPlaces(audit.command("prove").description("a proof that others can check with the public key alone"), AUDIT_FOLDER)
		.option("--log <name>", "the log", "local")
		.option("--record <seq>", "that this record is in the log")
		.option("--since <checkpoint>", "that nothing changed since this checkpoint (a file)")
		.addHelpText("after", examples("audit prove --record 41 > a.tlog-proof", "audit prove --since old.checkpoint > b.proof"))
		.action(async (options: AuditProveOptions) => finish(await (await import("../audit.ts")).auditProve(options)));
	addSubjectCommands(audit);
}

/** What the law gives a caller, and the secret that it hangs on. */
function addSubjectCommands(audit: Command): void {
	withPlaces(
		audit
			.command("export")
			.description("everything about one caller, as JSON: records, recorded content, consents (right of access)")
			.requiredOption("--subject <id>", "key:ID, jwt:NAME or address:IP")
			.option("--reason <text>", "recorded with the access"),
		AUDIT_FOLDER,
		CONSENT_FILE,
	).action(async (options: SubjectOptions) => finish(await (await import("../audit-subject.ts")).auditExport(options)));
	withPlaces(
		audit
			.command("erase")
			.description(
				"destroy a caller's key and consents: what was encrypted is gone, and nothing links records to the caller (right to erasure)",
			)
			.requiredOption("--subject <id>", "key:ID, jwt:NAME or address:IP")
			.option("--reason <text>", "recorded with the erasure"),
		AUDIT_FOLDER,
		CONSENT_FILE,
	).action(async (options: SubjectOptions) => finish(await (await import("../audit-subject.ts")).auditErase(options)));
	withPlaces(
		audit
			.command("rotate")
			.description(
				"wrap callers' keys and the names of consents with a new secret; start the proxy with SECURE_LLM_PROXY_SECRET_KEY and ..._PREVIOUS_SECRET_KEY first",
			),
		AUDIT_FOLDER,
		CONSENT_FILE,
	).action(async (options: PlaceOptions) => finish(await (await import("../audit-subject.ts")).auditRotate(options)));
}
