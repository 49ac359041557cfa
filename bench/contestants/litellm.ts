import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Contestant, fileIn, freePort, runCommand } from "./contestant.ts";
import { installedPeer } from "./peer-cache.ts";

const VERSION = "1.108.7";

/** The incumbent, with the guardrail it has built in. */
export const LITELLM: Contestant = {
	name: "LiteLLM, content filter",
	note: `litellm[proxy] ${VERSION} from PyPI, one worker, its own content filter on the answer (e-mail, card, SSN, phone, keys)`,
	async start(upstreamPort, workDir) {
		const folder = installedPeer(`litellm-${VERSION}`, (at) => [
			["python3", "-m", "venv", join(at, "venv")],
			[join(at, "venv/bin/pip"), "install", "--quiet", `litellm[proxy]==${VERSION}`],
		]);
		const port = await freePort();
		const config = fileIn(workDir, "litellm.yaml");
		const pattern = (pattern_name: string): object => ({ pattern_type: "prebuilt", pattern_name, action: "MASK" });
		writeFileSync(
			config,
			stringify({
				model_list: [
					{
						model_name: "bench",
						litellm_params: { model: "openai/bench", api_base: `http://127.0.0.1:${upstreamPort}/v1`, api_key: "bench" },
					},
				],
				guardrails: [
					{
						guardrail_name: "content-filter",
						litellm_params: {
							guardrail: "litellm_content_filter",
							mode: "post_call",
							default_on: true,
							patterns: ["email", "us_ssn", "visa", "us_phone", "aws_access_key", "github_token"].map(pattern),
						},
					},
				],
				litellm_settings: { telemetry: false, drop_params: true },
			}),
		);
		return runCommand({
			file: join(folder, "venv/bin/litellm"),
			args: ["--config", config, "--host", "127.0.0.1", "--port", String(port), "--num_workers", "1"],
			env: {
				LITELLM_LOG: "ERROR",
				LITELLM_LOCAL_MODEL_COST_MAP: "True",
				NO_DOCS: "True",
				LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: "true",
			},
			port,
			logFile: fileIn(workDir, "litellm.log"),
		});
	},
};
