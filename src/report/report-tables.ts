import { controlRows } from "./controls.ts";
import { LATENCIES, type Ranking, type ReportData } from "./report-data.ts";

export type Cell = string | number;

/** One part of a report: what it says in a table, and what of it is drawn, where something is. */
export interface Section {
	readonly title: string;
	readonly note?: string;
	readonly head: readonly string[];
	readonly rows: readonly (readonly Cell[])[];
	readonly drawn?: Ranking | "days";
}

/** The parts of a report in their order; parts without rows stay out. */
export function sectionsOf(data: ReportData): Section[] {
	const share = (count: number, all: number): string => `${all === 0 ? 0 : Math.round((count / all) * 1000) / 10} %`;
	const ranked = (title: string, ranking: Ranking, what: string, isDrawn = false): Section => {
		const all = ranking.reduce((sum, [, count]) => sum + count, 0);
		return {
			title,
			head: [what, "number", "share"],
			rows: ranking.slice(0, 25).map(([name, count]) => [name, count, share(count, all)]),
			...(isDrawn && ranking.length > 0 && { drawn: ranking }),
		};
	};
	const sections: Section[] = [
		{
			title: "Volumes by day",
			head: ["day", "requests", "with findings", "refused"],
			rows: data.days.map((day) => [day.day, day.requests, day.withFindings, day.refusals]),
			drawn: "days",
		},
		ranked("Decisions about prompts", data.actions, "action", true),
		ranked("How requests ended", data.outcomes, "outcome"),
		ranked("Refused before they were read", data.refusalReasons, "reason"),
		ranked("Found in prompts", data.promptFindings, "type", true),
		ranked("Found in answers", data.responseFindings, "type", true),
		ranked("Models", data.models, "model"),
		ranked("Providers", data.providers, "provider"),
		{
			...ranked("Callers", data.callers, "pseudonym"),
			note: "The ten with most requests; the share is among them. `audit query --subject` knows them by name where the secret is.",
		},
		{
			title: "Latency, ms",
			head: ["part", "p50", "p95", "p99"],
			rows: Object.entries(data.latency).map(([name, { p50, p95, p99 }]) => [LATENCIES[name] ?? name, p50, p95, p99]),
		},
		{
			title: "Policies that decided",
			note: "A version is the content hash of the compiled policy.",
			head: ["version", "name", "first", "last", "requests"],
			rows: data.policies.map(({ version, name, first, last, requests }) => [version, name, first, last, requests]),
		},
		{
			title: "Policy changes",
			note: "From when on another version decided. The first of a log is the one that the period began with.",
			head: ["time", "log", "by", "version"],
			rows: data.policyChanges.map(({ time, log, event, version }) => [time, log, event, version]),
		},
		{
			title: "Events",
			...(data.moreEvents > 0 && { note: `And ${data.moreEvents} more: \`audit query\` has them all.` }),
			head: ["time", "event", "detail"],
			rows: data.events.map(({ time, type, detail }) => [time, type, detail]),
		},
		{
			title: "Evidence of controls",
			note: "What each control did in the period, by the records. docs/compliance.md maps controls to frameworks.",
			head: ["control", "evidence", "number"],
			rows: controlRows({ ...data, events: data.eventTypes }),
		},
		{
			title: "Evidence: the trail is whole",
			note: "Every record, the chain, the tree and every signed checkpoint were verified for this report, with the keys beside the logs. `audit verify --key --checkpoint` does it with yours.",
			head: ["log", "records", "checkpoints", "result"],
			rows: data.logs.map(({ log, records, checkpoints, faults }) => [
				log,
				records,
				checkpoints,
				faults.length === 0 ? "sound" : faults.join(" "),
			]),
		},
	];
	return sections.filter(({ rows }) => rows.length > 0);
}

export function summaryOf({ from, to, requests, refusals, logs }: ReportData): string {
	const isSound = logs.every(({ faults }) => faults.length === 0);
	return `From ${from} to ${to}: ${requests} requests, ${refusals} refused before they were read. The audit trail is ${isSound ? "whole" : "NOT SOUND"}.`;
}
