import { escapeUTF8 } from "entities";
import { daysChart, rankingChart } from "./charts.ts";
import type { ReportData } from "./report-data.ts";
import { type Section, sectionsOf, summaryOf } from "./report-tables.ts";

const STYLE = `:root{color-scheme:light dark;background:Canvas;color:CanvasText}
body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8886;vertical-align:top;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}text{fill:CanvasText;stroke:none}
@media(min-width:600px){th,.time{white-space:nowrap}}
@media print{:root{color-scheme:light}h2{break-after:avoid}tr,svg{break-inside:avoid}}`;

/** What names and details beside it must not squeeze. */
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A page that needs nothing else: no script, no network. For screens light, dark and narrow, for print, and for who listens to it. */
export function reportHtml(data: ReportData): string {
	const chartOf = ({ drawn }: Section): string | undefined => (drawn === "days" ? daysChart(data) : drawn && rankingChart(drawn));
	const sections = sectionsOf(data).map((section) => sectionHtml(section, chartOf(section)));
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>secure-llm-proxy report</title><style>${STYLE}</style></head>
<body><main><h1>secure-llm-proxy report</h1><p>${escapeUTF8(summaryOf(data))}</p>
${sections.join("\n")}
</main></body></html>
`;
}

function sectionHtml({ title, note, head, rows }: Section, chart: string | undefined): string {
	const cells = (tag: "th" | "td", row: readonly unknown[]): string =>
		`<tr>${row.map((cell) => `<${tag}${attributes(tag, String(cell))}>${escapeUTF8(String(cell))}</${tag}>`).join("")}</tr>`;
	const name = escapeUTF8(title);
	const table = `<table><thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("\n")}</tbody></table>`;
	// The table beside it says what it shows.
	const drawn = chart?.replace("<svg", `<svg role="img" aria-label="Chart: ${name}"`) ?? "";
	return `<h2>${name}</h2>${note === undefined ? "" : `<p>${escapeUTF8(note).replace(/`([^`]+)`/g, "<code>$1</code>")}</p>`}${drawn}${table}`;
}

function attributes(tag: "th" | "td", cell: string): string {
	if (tag === "th") return ' scope="col"';
	return TIME.test(cell) ? ' class="time"' : "";
}
