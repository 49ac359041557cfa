import { type EChartsOption, init } from "echarts";
import type { Ranking, ReportData } from "./report-data.ts";

const WIDTH = 860;
/** Stand out (3:1, WCAG 1.4.11) on white and on the dark ground of a dark screen. */
const COLORS = ["#2f79ad", "#bf7f26", "#c04f4f"];

/** An axis of whole numbers whose lines stay behind the bars on any ground. */
const COUNTS = { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#8884" } } };

/** Requests, findings and refusals of each day. */
export function daysChart({ days }: ReportData): string {
	const series = (name: string, read: (day: ReportData["days"][number]) => number): object => ({ name, type: "bar", data: days.map(read) });
	return svg(260, {
		legend: { top: 0, itemGap: 40 },
		grid: { left: 60, right: 20, top: 40, bottom: 40 },
		xAxis: { type: "category", data: days.map(({ day }) => day) },
		yAxis: COUNTS,
		series: [
			series("requests", ({ requests }) => requests),
			series("with findings", ({ withFindings }) => withFindings),
			series("refused", ({ refusals }) => refusals),
		],
	});
}

/** The first of a ranking as bars. */
export function rankingChart(ranking: Ranking): string {
	const top = ranking.slice(0, 12).reverse();
	return svg(60 + top.length * 26, {
		grid: { left: 200, right: 60, top: 10, bottom: 30 },
		xAxis: COUNTS,
		yAxis: { type: "category", data: top.map(([name]) => name) },
		series: [{ type: "bar", data: top.map(([, count]) => count), label: { show: true, position: "right" } }],
	});
}

function svg(height: number, option: object): string {
	const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
	chart.setOption({ animation: false, color: COLORS, ...option } as EChartsOption);
	const drawn = chart.renderToSVGString();
	chart.dispose();
	return drawn;
}
