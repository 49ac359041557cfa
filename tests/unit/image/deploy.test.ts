import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { parseConfig } from "../../../src/config/load.ts";

interface Manifest {
	readonly kind: string;
	readonly data?: Readonly<Record<string, string>>;
	readonly spec?: { readonly template?: { readonly spec?: { readonly terminationGracePeriodSeconds?: number } } };
}

const MANIFESTS = parseAllDocuments(readFileSync("deploy/kubernetes.yaml", "utf8")).map((document) => document.toJS() as Manifest);
const manifestOf = (kind: string): Manifest | undefined => MANIFESTS.find((manifest) => manifest.kind === kind);

test("the configuration in the manifests loads, and no key in it is without effect", () => {
	const file = manifestOf("ConfigMap")?.data?.["config.yaml"] ?? "";
	expect(parseConfig(file, { HOSTNAME: "secure-llm-proxy-7d9f" })).toMatchObject({
		ok: true,
		warnings: [],
		config: { server: { port: 8000, host: "0.0.0.0" }, audit: { log_name: "secure-llm-proxy-7d9f" } },
	});
});

test("a pod gets longer to end than the proxy takes to drain", () => {
	const loaded = parseConfig(manifestOf("ConfigMap")?.data?.["config.yaml"] ?? "", {});
	const { drain_delay_ms = 0, drain_timeout_ms = Number.NaN } = loaded.ok ? loaded.config.server : {};
	expect(manifestOf("Deployment")?.spec?.template?.spec?.terminationGracePeriodSeconds).toBeGreaterThan(
		(drain_delay_ms + drain_timeout_ms) / 1000,
	);
});

test("the chart is of the package's version", () => {
	const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
	expect(parse(readFileSync("deploy/helm/secure-llm-proxy/Chart.yaml", "utf8"))).toMatchObject({ appVersion: version });
});
