import { spawnSync } from "node:child_process";
import type { Secrets } from "../audit/audit-keys.ts";

const SECRET = "SECURE_LLM_PROXY_SECRET_KEY";
const PREVIOUS = "SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY";
const TIMEOUT_MS = 30_000;
/** Characters that a secret has at least, and one that a command prints at most: less is no key, more is a page with an error. */
const LENGTHS = [16, 4096] as const;
/** What tools print in place of a secret that is not there. */
const NOTHING = /^(?:none|null|nil|undefined)$/i;

/**
 * The secret of the installation and, while a rotation is under way, the one before: `SECURE_LLM_PROXY_SECRET_KEY` and
 * `…_PREVIOUS_SECRET_KEY`, or what the commands in the variables of these names with `_COMMAND` print, so that they can come from a
 * key management service. Empty: there is none. Throws when a command fails or prints no secret, or when the secret is too short.
 */
export function installationSecrets(env: NodeJS.ProcessEnv = process.env, timeoutMs = TIMEOUT_MS): Secrets {
	return { secret: secretOf(SECRET, env, timeoutMs), previousSecret: secretOf(PREVIOUS, env, timeoutMs) };
}

/** Whether the environment has the installation's secret, or a command for it, which is not run. */
export function namesSecret(): boolean {
	return (process.env[SECRET] ?? "") !== "" || (process.env[`${SECRET}_COMMAND`] ?? "") !== "";
}

function secretOf(name: string, env: NodeJS.ProcessEnv, timeoutMs: number): string {
	const command = env[`${name}_COMMAND`] ?? "";
	if (command !== "") return printedBy(command, `${name}_COMMAND`, timeoutMs);
	const secret = env[name] ?? "";
	// One that a rotation leaves behind may have been worse.
	if (name === SECRET && secret !== "" && secret.length < LENGTHS[0])
		throw new Error(
			`${name} has ${secret.length} characters, and a secret has ${LENGTHS[0]} at least; 'openssl rand -base64 32' makes one`,
		);
	return secret;
}

/** What it printed stays out of messages: it may be the secret. */
function printedBy(command: string, name: string, timeoutMs: number): string {
	const { error, status, signal, stdout } = spawnSync("/bin/sh", ["-c", command], {
		timeout: timeoutMs,
		killSignal: "SIGKILL",
		maxBuffer: 1 << 20,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "inherit"],
	});
	const refuse = (what: string): Error => new Error(`the command in ${name} ${what}; run it by hand to see what it says`);
	if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") throw refuse(`did not end within ${timeoutMs / 1000} seconds`);
	if (error !== undefined) throw refuse(`cannot be run (${(error as NodeJS.ErrnoException).code})`);
	if (status !== 0) throw refuse(signal === null ? `ended with exit code ${status}` : `was ended by ${signal}`);
	const secret = stdout.trim();
	if (secret === "" || NOTHING.test(secret)) throw refuse("printed no secret");
	if (/[\p{Cc}\ufffd]/u.test(secret)) throw refuse("printed more than one line, or no text");
	if (secret.length < LENGTHS[0] || secret.length > LENGTHS[1])
		throw refuse(`printed ${secret.length} characters, and a secret has ${LENGTHS[0]} to ${LENGTHS[1]}`);
	return secret;
}
