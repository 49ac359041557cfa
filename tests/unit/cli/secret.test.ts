import { expect, test } from "vitest";
import { installationSecrets } from "../../../src/cli/secret.ts";

const COMMAND = "SECURE_LLM_PROXY_SECRET_KEY_COMMAND";

test("secrets come from the environment as they stand there, and from commands without the line end", () => {
	expect(installationSecrets({})).toEqual({ secret: "", previousSecret: "" });
	const env = {
		SECURE_LLM_PROXY_SECRET_KEY: " a secret of blanks ",
		SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY_COMMAND: "echo a secret of old times",
	};
	expect(installationSecrets(env)).toEqual({ secret: " a secret of blanks ", previousSecret: "a secret of old times" });
	// A command goes before a variable that holds the secret itself.
	expect(installationSecrets({ [COMMAND]: "echo sixteen letters..", SECURE_LLM_PROXY_SECRET_KEY: "s" }).secret).toBe("sixteen letters..");
});

test.each([
	["exit 3", /ended with exit code 3/],
	["kill -TERM $$", /was ended by SIGTERM/],
	["exec sleep 30", /did not end within 0.3 seconds/],
	["true", /printed no secret/],
	["echo None", /printed no secret/],
	["echo short-secret", /printed 12 characters, and a secret has 16 to 4096/],
	["printf '<html>\\nservice unavailable\\n</html>'", /printed more than one line/],
	["head -c 100 /dev/zero", /printed more than one line, or no text/],
	["head -c 5000 /dev/zero | tr '\\0' x", /printed 5000 characters/],
])("a command that is wrong, %s, stops everything, is named, and what it printed is not repeated", (command, reason) => {
	// All others end by themselves.
	const attempt = (): unknown => installationSecrets({ [COMMAND]: command }, command.includes("sleep") ? 300 : 60_000);
	expect(attempt).toThrow(reason);
	expect(attempt).toThrow(/SECURE_LLM_PROXY_SECRET_KEY_COMMAND .*run it by hand/);
	expect(attempt).not.toThrow(/unavailable|short-secret/);
});

test("a secret that can be guessed is refused without being repeated; one that a rotation leaves behind is taken", () => {
	const attempt = (): unknown => installationSecrets({ SECURE_LLM_PROXY_SECRET_KEY: "hunter2" });
	expect(attempt).toThrow(/^SECURE_LLM_PROXY_SECRET_KEY has 7 characters.*openssl rand/);
	expect(attempt).not.toThrow(/hunter2/);
	const rotation = { SECURE_LLM_PROXY_SECRET_KEY: "a".repeat(16), SECURE_LLM_PROXY_PREVIOUS_SECRET_KEY: "hunter2" };
	expect(installationSecrets(rotation).previousSecret).toBe("hunter2");
});
