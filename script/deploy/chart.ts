import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { fail, type Root, step } from "../image/root.ts";

const CHART = "deploy/helm/secure-llm-proxy";
const RENDERED = "deploy/kubernetes.yaml";
/** A release of Kubernetes that the chart is rendered for, and all that its manifests are validated against. */
const RENDER_VERSION = "1.34";
const KUBERNETES_VERSIONS = ["1.30", "1.34", "1.37"];
const BANNER = "# Rendered from deploy/helm/secure-llm-proxy by `script/check-deploy --write`. Change the chart, not this file.\n";

/** Values that switch on what the defaults leave off. */
const EVERYTHING = [
	"autoscaling.activeStreams.enabled=true",
	"existingSecret=llm-keys",
	`image.digest=sha256:${"0".repeat(64)}`,
	"config.server.max_request_size=4194304",
	"service.type=LoadBalancer",
	"audit.existingClaim=audit-trail",
];
const REFUSED = ["replicaCount=0", "autoscaling.maxReplica=3", "image.digest=latest", "podMonitor.interval=often"];

/** Lints and renders the chart, and validates what comes out against the schemas of Kubernetes and of the proxy. */
export function checkChart(root: Root, write: boolean): void {
	step("helm");
	helm("lint", "--strict", "--quiet", CHART) ?? fail("helm lint");
	const rendered = `${BANNER}${render("secure-llm-proxy")}`;
	if (write) writeFileSync(RENDERED, rendered);
	if (readFileSync(RENDERED, "utf8") !== rendered) fail(`${RENDERED} is out of date: run script/check-deploy --write`);
	const variants = [
		rendered,
		render("gateway", ...EVERYTHING),
		render("small", "autoscaling.enabled=false", "networkPolicy.enabled=false", "podDisruptionBudget.enabled=false"),
	];
	for (const value of REFUSED)
		if (helm("template", "x", CHART, "--kube-version", RENDER_VERSION, "--set", value) !== undefined) fail(`the chart takes ${value}`);
	for (const [index, manifests] of variants.entries()) {
		writeFileSync(root.at(`/check/manifests-${index}.yaml`), manifests);
		checkConfiguration(manifests);
	}
	checkPodMonitor(render("watched", "podMonitor.enabled=true"));
	step("kubernetes-validate");
	root.must("python3 -m venv /check/venv && /check/venv/bin/pip install --quiet kubernetes-validate");
	for (const version of KUBERNETES_VERSIONS)
		root.must(`/check/venv/bin/kubernetes-validate --strict --quiet --kubernetes-version ${version} /check/manifests-*.yaml`);
	writeFileSync(root.at("/check/faulty.yaml"), rendered.replace("containerPort: 8000", "containerPort: http"));
	if (root.run("/check/venv/bin/kubernetes-validate --strict --quiet /check/faulty.yaml")) fail("kubernetes-validate takes anything");
}

function render(release: string, ...values: readonly string[]): string {
	const sets = values.flatMap((value) => ["--set", value]);
	return (
		helm("template", release, CHART, "--namespace", "llm", "--kube-version", RENDER_VERSION, ...sets) ?? fail(`helm template ${values}`)
	);
}

/** Output; undefined when helm refused. */
function helm(...words: readonly string[]): string | undefined {
	const { status, stdout, stderr, error } = spawnSync("helm", words, { encoding: "utf8" });
	if (error !== undefined) fail(`helm is needed: ${error.message}`);
	if (status !== 0) step(stderr.trim().slice(0, 300));
	return status === 0 ? stdout : undefined;
}

/** Kubernetes has no schema of it, as it is the Prometheus Operator's: it must meet the pods and the port that there are. */
function checkPodMonitor(manifests: string): void {
	const documents = parseAllDocuments(manifests).map((document) => document.toJS());
	const { selector, podMetricsEndpoints } = documents.find(({ kind }) => kind === "PodMonitor")?.spec ?? fail("there is no PodMonitor");
	const { metadata, spec } = documents.find(({ kind }) => kind === "Deployment").spec.template;
	const strange = Object.entries(selector.matchLabels).filter(([name, value]) => metadata.labels[name] !== value);
	const ports = spec.containers[0].ports.map(({ name }: { name: string }) => name);
	if (strange.length > 0 || !ports.includes(podMetricsEndpoints[0].port)) fail("the PodMonitor meets no pod");
}

/** The file in the ConfigMap must be one that the proxy takes without a word. */
function checkConfiguration(manifests: string): void {
	const documents = parseAllDocuments(manifests).map((document) => document.toJS() as { kind: string; data?: Record<string, string> });
	const file = documents.find(({ kind }) => kind === "ConfigMap")?.data?.["config.yaml"] ?? fail("there is no config.yaml in a ConfigMap");
	const loaded = parseConfig(file, {});
	if (!loaded.ok || loaded.warnings.length > 0) fail(`the chart's configuration: ${JSON.stringify(loaded)}`);
}
