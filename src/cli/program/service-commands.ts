import type { Command, Option } from "commander";
import type { ExplainedRequest } from "../explain.ts";
import { examples, finish } from "./command-line.ts";

/** `serve`, and what looks at a proxy before and while it serves; `version` is the package's. */
export function addServiceCommands(program: Command, version: string): void {
	program
		.command("serve")
		.description("run the proxy; SIGHUP reloads the configuration, SIGTERM lets open answers end, a second one does not")
		.requiredOption("--config <file>", "YAML or JSON configuration")
		.addHelpText("after", examples("serve --config config/demo.yaml", "serve --config config.yaml"))
		.action(async ({ config }: { config: string }) => {
			// Until it is loaded a reload has nothing to change, and must not end it.
			process.on("SIGHUP", () => undefined);
			await (await import("../serve.ts")).serve(config, version);
		});
	const ofRequest = (flags: string, description: string): Option => program.createOption(flags, description).implies({ explain: true });
	program
		.command("check")
		.description("validate configuration and policies, or explain which policy a request gets")
		.requiredOption("--config <file>", "YAML or JSON configuration")
		.option("--explain", "say which policy the request described by the options below would get, and why; each of them asks for it")
		.addOption(ofRequest("--model <model>", "the model it asks for"))
		.addOption(ofRequest("--route <path>", "its path").default("/v1/chat/completions"))
		.addOption(ofRequest("--key <id>", "id of its client key, which must be in security.auth.keys_file"))
		.addOption(ofRequest("--role <role...>", "roles of its caller"))
		.addOption(ofRequest("--claim <name=value...>", "claims of its caller's token"))
		.addOption(ofRequest("--policy <name>", "the policy that its caller's key or token names"))
		.addOption(ofRequest("--json", "print the explanation as JSON"))
		.addHelpText(
			"after",
			examples(
				"check --config config.yaml",
				"check --config config.yaml --explain --model gpt-4o --role doctor --claim department=research",
			),
		)
		.action(async ({ config, explain, ...request }: { config: string; explain?: true } & ExplainedRequest) =>
			finish(await (await import("../check.ts")).check(config, explain && request)),
		);
	program
		.command("doctor")
		.description(
			"look at the machine, at files, and at all that the proxy talks to (Redis, issuers, sinks, providers); exit 0, or 1 when something would fail",
		)
		.requiredOption("--config <file>", "YAML or JSON configuration")
		.option("--json", "print JSON")
		.action(async ({ config, json }: { config: string; json?: boolean }) =>
			finish(await (await import("../doctor.ts")).doctor(config, { json: json === true })),
		);
	program
		.command("health")
		.description("ask the running proxy; exit 0 healthy, 1 not")
		.requiredOption("--config <file>", "the configuration it runs with")
		.action(async ({ config }: { config: string }) => finish(await (await import("../health.ts")).health(config)));
}
