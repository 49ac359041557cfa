import { accessSync, constants, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Config } from "../config/schema.ts";
import { counted } from "../core/counted.ts";
import { errorCode } from "../core/error-code.ts";
import { makeFolder } from "../core/make-folder.ts";
import { hasUws } from "../edge/listener-uws.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";
import { installationSecrets } from "./secret.ts";

/** Open files of a session: one to its client, one to its provider. */
const FILES_OF_SESSION = 2;
/** Open files of a process without sessions: its own and those of its lanes. */
const FILES_OF_PROCESS = 200;

/** Looks at what the process runs on. */
export function machineFindings(config: Config): Finding[] {
	return [
		ok(`Node ${process.versions.node}`),
		listener(config),
		lanes(config),
		...openFiles(config),
		installationSecret(),
		...forwardProxy(),
	];
}

function listener({ server }: Config): Finding {
	if (hasUws()) return ok("uWebSockets.js loads");
	return server.listener === "uws"
		? failure("uWebSockets.js does not load", "It needs glibc 2.38 or Node 20. Set server.listener: node.")
		: warning("uWebSockets.js does not load, node:http serves", "Use a system with glibc 2.38 or newer for more requests a second.");
}

function lanes({ server }: Config): Finding {
	const count = (server.workers ?? 1) * server.processes;
	const cores = availableParallelism();
	return count > cores
		? warning(`${counted(count, "lane")} on ${counted(cores, "core")}`, "Set server.workers to the cores less one.")
		: ok(counted(cores, "core"));
}

/** Node has raised the limit as far as it may. */
function openFiles({ server: { max_sessions } }: Config): Finding[] {
	const limit = Number(/^Max open files +(\d+)/m.exec(limitsOfProcess())?.[1] ?? Number.POSITIVE_INFINITY);
	if (!Number.isFinite(limit)) return [];
	const sessions = Math.floor((limit - FILES_OF_PROCESS) / FILES_OF_SESSION);
	return sessions >= max_sessions
		? [ok(counted(limit, "open file"))]
		: [
				warning(
					`${counted(limit, "open file")} are allowed, and ${counted(max_sessions, "session")} need two each`,
					`Raise the limit (ulimit -n, LimitNOFILE=), or set server.max_sessions to ${Math.max(1, sessions)}.`,
				),
			];
}

function limitsOfProcess(): string {
	try {
		return readFileSync("/proc/self/limits", "utf8");
	} catch {
		return "";
	}
}

function installationSecret(): Finding {
	try {
		return installationSecrets().secret === ""
			? warning(
					"SECURE_LLM_PROXY_SECRET_KEY is not set",
					"Set it, the same on every replica: hashes, keys of the audit trail and names in Redis depend on it.",
				)
			: ok("a secret of the installation is set");
	} catch (error) {
		return failure((error as Error).message, "Until then the proxy does not start.");
	}
}

/** Where compiled patterns are kept from start to start. */
export function cacheFinding(dir: string): Finding {
	try {
		makeFolder(dir, 0o700);
		accessSync(dir, constants.W_OK | constants.X_OK);
		return ok(`compiled patterns are kept in ${dir}`);
	} catch (error) {
		return warning(
			`compiled patterns cannot be kept in ${dir} (${errorCode(error)}), every start compiles them`,
			"Set SECURE_LLM_PROXY_CACHE_DIR to a folder that the proxy's user may write.",
		);
	}
}

/** A machine that reaches the world through one alone would say of every provider that it cannot be reached. */
function forwardProxy(): Finding[] {
	const set = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].filter((name) => (process.env[name] ?? "") !== "");
	if (set.length === 0) return [];
	return [
		warning(
			`${set.join(", ")} in the environment, which is not used`,
			"Connections are made directly; docs/routing.md says what else can be done.",
		),
	];
}
