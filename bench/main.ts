import { parseArgs } from "node:util";
import { circumstances, keep } from "./report/record.ts";
import { render } from "./report/table.ts";
import { auditSuite } from "./suites/audit.ts";
import { growthSuite } from "./suites/growth.ts";
import { holdSuite } from "./suites/hold.ts";
import { hostileSuite } from "./suites/hostile.ts";
import { leakSuite } from "./suites/leak.ts";
import { overloadSuite } from "./suites/overload.ts";
import { partsSuite } from "./suites/parts.ts";
import { proxySuite } from "./suites/proxy.ts";
import { FULL } from "./suites/scenarios.ts";
import type { Effort, Suite } from "./suites/suite.ts";

const SUITES: Readonly<Record<string, Suite>> = {
	parts: partsSuite,
	proxy: proxySuite,
	hold: holdSuite,
	hostile: hostileSuite,
	growth: growthSuite,
	leak: leakSuite,
	audit: auditSuite,
	overload: overloadSuite,
};

const USAGE = `npm run bench                 everything (about 15 minutes)
npm run bench -- SUITE…       only: ${Object.keys(SUITES).join(", ")}
npm run bench -- smoke        every suite for a moment, to see that it works
  --repetitions N             runs of which the median counts (default 3)
  --load ID                   of 'proxy', only this one; may be given several times
  --record NAME               name of the files in bench/record/ (default: the date)
  --no-record                 print only
`;

function fail(message: string): never {
	process.stderr.write(`${message}\n\n${USAGE}`);
	process.exit(2);
}

function known(loads: readonly string[]): readonly string[] {
	const ids = FULL.map(({ id }) => id);
	const strange = loads.find((id) => !ids.includes(id));
	return strange === undefined ? loads : fail(`'${strange}' is not a load. There are ${ids.join(", ")}.`);
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			repetitions: { type: "string", default: "3" },
			load: { type: "string", multiple: true, default: [] },
			record: { type: "string" },
			"no-record": { type: "boolean", default: false },
			help: { type: "boolean", default: false },
		},
	});
	if (values.help) return void process.stdout.write(USAGE);
	const isSmoke = positionals[0] === "smoke";
	const chosen = isSmoke ? positionals.slice(1) : positionals;
	const unknown = chosen.find((name) => SUITES[name] === undefined);
	if (unknown !== undefined) fail(`'${unknown}' is not a suite.`);
	const repetitions = Number(values.repetitions);
	if (!Number.isInteger(repetitions) || repetitions < 1) fail("--repetitions must be a whole number of at least 1.");
	const loads = known(values.load);
	const effort: Effort = isSmoke ? { kind: "smoke", repetitions: 1, loads: [] } : { kind: "full", repetitions, loads };
	const where = circumstances();
	const name = values.record ?? where.date.slice(0, 10);
	for (const [suite, run] of Object.entries(SUITES)) {
		if (chosen.length > 0 && !chosen.includes(suite)) continue;
		const { tables, charts = {}, data } = await run(effort, (line) => process.stderr.write(`bench: ${line}\n`));
		for (const table of tables) process.stdout.write(render(table));
		if (isSmoke || values["no-record"]) continue;
		keep(`${name}-${suite}.json`, `${JSON.stringify({ ...where, suite, tables, data }, null, "\t")}\n`);
		for (const [file, svg] of Object.entries(charts)) keep(`${name}-${file}`, svg);
	}
}

await main();
