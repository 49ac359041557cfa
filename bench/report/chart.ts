import { init } from "echarts";

export interface Curve {
	readonly name: string;
	readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines on logarithmic axes as an SVG document. */
export function lineChart(options: {
	readonly title: string;
	readonly x: string;
	readonly y: string;
	/** Labels of the x positions. */
	readonly xLabel: (x: number) => string;
	readonly curves: readonly Curve[];
}): string {
	const chart = init(null, null, { renderer: "svg", ssr: true, width: 1080, height: 520 });
	chart.setOption({
		animation: false,
		backgroundColor: "#fff",
		title: { text: options.title, left: "center", textStyle: { fontSize: 15 } },
		legend: { bottom: 0, itemGap: 32 },
		grid: { left: 70, right: 30, top: 50, bottom: 90 },
		xAxis: { type: "log", name: options.x, nameLocation: "middle", nameGap: 30, axisLabel: { formatter: options.xLabel } },
		yAxis: { type: "log", name: options.y, nameLocation: "middle", nameGap: 50 },
		series: options.curves.map(({ name, points }) => ({ type: "line", name, data: points.map(([x, y]) => [x, y]), showSymbol: false })),
	});
	const svg = chart.renderToSVGString();
	chart.dispose();
	return svg;
}
