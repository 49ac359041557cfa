import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import type { Proxy } from "../../src/proxy.ts";
import { chatStream } from "../support/chat-client.ts";
import { type MockUpstream, startChatUpstream } from "../support/mock-upstream.ts";
import { startProxy } from "../support/proxy.ts";

/** What the dashboard and the rules ask for, held against what a running proxy offers. `script/check-monitoring` runs promtool. */
let upstream: MockUpstream;
let proxy: Proxy;
let offered: string;
beforeAll(async () => {
	upstream = await startChatUpstream(["Write to jane.doe@example.com today."]);
	proxy = await startProxy(upstream.url);
	await chatStream(proxy.port, "hi");
	offered = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text();
});
afterAll(async () => {
	await proxy.drain();
	upstream.close();
});

interface Rule {
	readonly record?: string;
	readonly alert?: string;
	readonly expr: string;
	readonly labels?: { readonly severity: string };
	readonly annotations?: { readonly summary: string; readonly action: string };
}

interface Panel {
	readonly title: string;
	readonly type: string;
	readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
	readonly targets?: readonly { readonly expr: string }[];
}

const rules = (parse(readFileSync("monitoring/alerting_rules.yml", "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
	(group) => group.rules,
);
const dashboard = JSON.parse(readFileSync("monitoring/grafana_dashboard.json", "utf8")) as {
	panels: Panel[];
	templating: { list: { name: string }[] };
};
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** `name`, and the label names that are asked for with it. */
function asked(expr: string): { readonly name: string; readonly labels: string[] }[] {
	return [...expr.matchAll(/\b(secure_llm_proxy_\w+)(?:\{([^}]*)\})?/g)].map(([, name = "", labels = ""]) => ({
		name,
		labels: [...labels.matchAll(/(\w+)\s*(?:=|!)/g)]
			.map(([, label = ""]) => label)
			.filter((label) => label !== "instance" && label !== "job"),
	}));
}

test("every metric, label and bucket that dashboard and alerts ask for is there", () => {
	const wanted = [...rules.map(({ expr }) => expr), ...queries].flatMap(asked);
	expect(wanted.length).toBeGreaterThan(40);
	const recorded = new Set(rules.map(({ record }) => record));
	for (const { name, labels } of wanted) {
		if (recorded.has(name)) continue;
		expect(offered).toContain(`# TYPE ${name.replace(/_(?:bucket|count|sum)$/, "")} `);
		const sample = offered.split("\n").find((line) => line.startsWith(`${name}{`));
		for (const label of labels) if (sample !== undefined) expect(sample).toContain(`${label}="`);
	}
	expect(offered).toContain('secure_llm_proxy_longest_hold_seconds_bucket{le="0.005",');
});

test("what the autoscaler goes by is a gauge of the proxy, and the adapter offers it under that name", () => {
	const chart = parse(readFileSync("deploy/helm/secure-llm-proxy/values.yaml", "utf8"));
	const adapter = parse(readFileSync("deploy/prometheus-adapter.yaml", "utf8"));
	const { metric } = chart.autoscaling.activeStreams;
	expect(offered).toContain(`# TYPE ${metric} gauge\n`);
	expect(adapter.rules.custom.map(({ seriesQuery }: { seriesQuery: string }) => seriesQuery.split("{")[0])).toEqual([metric]);
});

test("every recorded series that is asked for is recorded", () => {
	const names = [...queries, ...rules.map(({ expr }) => expr)].flatMap((expr) => expr.match(/\bsecure_llm_proxy:[\w:]+/g) ?? []);
	expect(rules.map(({ record }) => record)).toEqual(expect.arrayContaining(names));
});

test("every alert says how urgent it is, what it is and what to do", () => {
	const alerts = rules.filter(({ alert }) => alert !== undefined);
	expect(alerts.length).toBeGreaterThan(5);
	for (const { labels, annotations } of alerts) {
		expect(["page", "ticket"]).toContain(labels?.severity);
		expect(annotations?.summary).toBeTruthy();
		expect(annotations?.action).toBeTruthy();
	}
});

test("the dashboard's panels stand side by side, and it uses no data source of somebody's own", () => {
	const text = JSON.stringify(dashboard);
	expect([...text.matchAll(/"uid":"([^"]*)"/g)].map(([, uid]) => uid)).toSatisfy((uids: string[]) =>
		uids.every((uid) => /^\$\{datasource\}$|^secure-llm-proxy$/.test(uid)),
	);
	const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
		Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
	);
	expect(new Set(cells).size).toBe(cells.length);
	expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});

test("docs/observability.md names every metric of the proxy, and no other", () => {
	const own = [...offered.matchAll(/^# TYPE (secure_llm_proxy_\w+)/gm)]
		.map(([, name = ""]) => name)
		.filter((name) => !/_proxy_(?:nodejs|process)_/.test(name));
	const page = readFileSync("docs/observability.md", "utf8");
	const named = [...page.matchAll(/^\| `(\w+)(?:\{[^}]*\})?` \|/gm)].map(([, name = ""]) => `secure_llm_proxy_${name}`);
	expect(named.sort()).toEqual(own.sort());
});

test("what alerts watch begins at 0, so that the first of its kind is an increase", () => {
	for (const series of [
		'refusals_total{code="overloaded"}',
		'refusals_total{code="audit_unavailable"}',
		'lane_events_total{kind="died"}',
		'lane_events_total{kind="hung"}',
		'hook_failures_total{phase="request"}',
	])
		expect(offered).toContain(`secure_llm_proxy_${series} 0\n`);
});
