import { execFileSync } from "node:child_process";

/**
 * The secret of the installation: `SECURE_LLM_PROXY_SECRET_KEY`, or what the command in `SECURE_LLM_PROXY_SECRET_KEY_COMMAND`
 * prints, so that it can come from a key management service. Empty: there is none. Throws when the command fails.
 */
export function installationSecret(env: NodeJS.ProcessEnv = process.env): string {
	const command = env["SECURE_LLM_PROXY_SECRET_KEY_COMMAND"] ?? "";
	if (command === "") return env["SECURE_LLM_PROXY_SECRET_KEY"] ?? "";
	const secret = execFileSync("/bin/sh", ["-c", command], {
		timeout: 30_000,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "inherit"],
	}).trim();
	if (secret === "") throw new Error("SECURE_LLM_PROXY_SECRET_KEY_COMMAND printed nothing");
	return secret;
}
