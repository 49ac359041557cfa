import type { Command } from "commander";
import type { ConsentSettings } from "../consent.ts";
import { AUDIT_FOLDER, CONSENT_FILE, examples, finish, withPlaces } from "./command-line.ts";

/** `consent`. */
export function addConsentCommands(program: Command): void {
	const consent = program
		.command("consent")
		.description("what callers agreed to (security.consent); every change is recorded in the audit trail");
	withPlaces(
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
		AUDIT_FOLDER,
		CONSENT_FILE,
	).action(async (settings: ConsentSettings) => finish(await (await import("../consent.ts")).consentGrant(settings)));
	withPlaces(
		consent.command("revoke <id>").description("the ordinary policy holds again, from the next request on"),
		AUDIT_FOLDER,
		CONSENT_FILE,
	).action(async (id: string, settings: ConsentSettings) => finish(await (await import("../consent.ts")).consentRevoke(id, settings)));
	withPlaces(
		consent
			.command("list")
			.description("all consents, also those that are over")
			.option("--subject <id>", "only of this one")
			.option("--json", "print JSON"),
		AUDIT_FOLDER,
		CONSENT_FILE,
	).action(async (settings: ConsentSettings) => finish(await (await import("../consent.ts")).consentList(settings)));
}
