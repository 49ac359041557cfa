import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { createSink } from "../audit/sinks/create-sink.ts";
import { placeFault } from "../audit/sinks/file-place.ts";
import { takesTokens } from "../config/auth-schema.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../core/counted.ts";
import { makeFolder } from "../core/make-folder.ts";
import { issuersOf } from "../identity/authenticator.ts";
import { IssuerKeys } from "../identity/issuer-keys.ts";
import type { TokenIssuer } from "../identity/jwt.ts";
import { collectorOf } from "../telemetry/tracing.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";

/** ms for the collector of OpenTelemetry to answer. The others have deadlines of their own. */
const TIMEOUT_MS = 5000;

/** Asks everything but providers and Redis that the proxy will talk to. No record goes out: sinks get an empty delivery. */
export async function remoteFindings({ audit, security: { auth }, telemetry }: Config): Promise<Finding[]> {
	const collector = collectorOf(telemetry);
	return Promise.all([
		...(takesTokens(auth) ? issuersOf(auth).map(issuerFinding) : []),
		...audit.sinks.map(sinkFinding),
		...(audit.index_url === "" ? [] : [indexFinding(audit.index_url)]),
		...(collector === "" ? [] : [collectorFinding(collector)]),
	]);
}

async function issuerFinding(settings: TokenIssuer): Promise<Finding> {
	const name = `issuer ${settings.name || settings.issuer}`;
	const remedy = "Until its keys can be read, every token is refused: check issuer, jwks_url and the network.";
	try {
		const count = await new IssuerKeys(settings).load();
		return count === 0 ? failure(`${name} publishes no key`, remedy) : ok(`${name}: ${counted(count, "key")}`);
	} catch (error) {
		return failure(`${name}: ${reasonOf(error)}`, remedy);
	}
}

type SinkSettings = Config["audit"]["sinks"][number];

async function sinkFinding(sink: SinkSettings): Promise<Finding> {
	const name = `sink ${sink.name}`;
	try {
		if (sink.type === "file") lookAtFile(sink.path);
		else await createSink(sink).deliver([]);
		return ok(`${name} ${sink.type === "file" ? "can be written" : "takes deliveries"}`);
	} catch (error) {
		const reason = reasonOf(error);
		const status = Number(/^HTTP (\d{3})$/.exec(reason)?.[1] ?? 0);
		// Splunk's word for a delivery without an event, once the token was right.
		if (sink.type === "splunk_hec" && status === 400) return ok(`${name} takes deliveries`);
		if (status >= 400 && status <= 499 && ![401, 403, 404].includes(status))
			return warning(`${name} answers ${status} to an empty delivery`, "Fine if it wants records; else check the sink in audit.sinks.");
		const effect = sink.on_failure === "closed" ? "in the end the proxy takes no new work" : "in the end records are skipped";
		return failure(`${name}: ${reason}`, `Check the sink in audit.sinks and the network: ${effect}.`);
	}
}

function lookAtFile(path: string): void {
	makeFolder(dirname(path));
	accessSync(dirname(path), constants.W_OK | constants.X_OK);
	const fault = placeFault(path);
	if (fault !== undefined) throw new Error(fault);
	if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
}

async function indexFinding(url: string): Promise<Finding> {
	try {
		const { openPostgres } = await import("../audit/postgres-index.ts");
		await (await openPostgres(url)).close();
		return ok("the database of audit.index_url answers");
	} catch (error) {
		return warning((error as Error).message, "The proxy serves; 'audit query --config' does not work. Check audit.index_url.");
	}
}

async function collectorFinding(url: string): Promise<Finding> {
	try {
		const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
		await response.body?.cancel();
		return ok("the OpenTelemetry collector answers");
	} catch (error) {
		return warning(
			`the OpenTelemetry collector: ${reasonOf(error)}`,
			"The proxy serves; traces and metrics are lost. Check telemetry.otlp_endpoint.",
		);
	}
}

/** What lies beneath: `fetch failed` says nothing. */
function reasonOf(error: unknown): string {
	const { cause, message } = error as Error & { cause?: Error };
	return cause === undefined ? message : reasonOf(cause) || message;
}
