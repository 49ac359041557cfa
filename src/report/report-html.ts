import { escapeUTF8 } from "entities";
import { daysChart, rankingChart } from "./charts.ts";
import type { ReportData } from "./report-data.ts";
import { type Section, sectionsOf, summaryOf } from "./report-tables.ts";

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem;color:#1c1c1c}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}th,.time{white-space:nowrap}svg{max-width:100%;height:auto}
@media print{h2{break-after:avoid}}`;

/** What names and details beside it must not squeeze. */
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A page that needs nothing else: no script, no network. */
export function reportHtml(data: ReportData): string {
	const sections = sectionsOf(data).map((section, i) =>
		sectionHtml(section, i === 0 ? daysChart(data) : section.drawn && rankingChart(section.drawn)),
	);
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>secure-llm-proxy report</title><style>${STYLE}</style></head>
<body><h1>secure-llm-proxy report</h1><p>${escapeUTF8(summaryOf(data))}</p>
${sections.join("\n")}
</body></html>
`;
}

function sectionHtml({ title, note, head, rows }: Section, chart: string | undefined): string {
	const cells = (tag: string, row: readonly unknown[]): string =>
		`<tr>${row.map((cell) => `<${tag}${TIME.test(String(cell)) ? ' class="time"' : ""}>${escapeUTF8(String(cell))}</${tag}>`).join("")}</tr>`;
	const table = `<table><thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("\n")}</tbody></table>`;
	return `<h2>${escapeUTF8(title)}</h2>${note === undefined ? "" : `<p>${escapeUTF8(note).replace(/`([^`]+)`/g, "<code>$1</code>")}</p>`}${chart ?? ""}${table}`;
}
