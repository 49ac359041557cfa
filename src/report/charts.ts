import { type EChartsOption, init } from "echarts";
import type { Ranking, ReportData } from "./report-data.ts";

const WIDTH = 860;

/** Requests, findings and refusals of each day. */
export function daysChart({ days }: ReportData): string {
	const series = (name: string, read: (day: ReportData["days"][number]) => number): object => ({ name, type: "bar", data: days.map(read) });
	return svg(260, {
		legend: { top: 0, itemGap: 40 },
		grid: { left: 60, right: 20, top: 40, bottom: 40 },
		xAxis: { type: "category", data: days.map(({ day }) => day) },
		yAxis: { type: "value", minInterval: 1 },
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
		xAxis: { type: "value", minInterval: 1 },
		yAxis: { type: "category", data: top.map(([name]) => name) },
		series: [{ type: "bar", data: top.map(([, count]) => count), label: { show: true, position: "right" } }],
	});
}

function svg(height: number, option: object): string {
	const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
	chart.setOption({ animation: false, color: ["#2f6f9f", "#d08b2c", "#a33b3b"], ...option } as EChartsOption);
	const drawn = chart.renderToSVGString();
	chart.dispose();
	return drawn;
}
