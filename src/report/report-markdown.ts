import type { ReportData } from "./report-data.ts";
import { sectionsOf, summaryOf } from "./report-tables.ts";

/** The same without charts. */
export function reportMarkdown(data: ReportData): string {
	const sections = sectionsOf(data).map(({ title, note, head, rows }) => {
		const lines = [head, head.map(() => "---"), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(" | ")} |`);
		return `## ${title}\n\n${note === undefined ? "" : `${note}\n\n`}${lines.join("\n")}\n`;
	});
	return `# secure-llm-proxy report\n\n${summaryOf(data)}\n\n${sections.join("\n")}`;
}

/** Names of models come from requests: nothing of them may be read as Markdown or HTML. */
function cell(value: string | number): string {
	return String(value)
		.replace(/[\r\n]+/g, " ")
		.replace(/[\\`*_{}[\]<>()#+!|~&]/g, "\\$&");
}
