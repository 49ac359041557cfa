import type { Command } from "commander";
import type { ReportOptions } from "../report.ts";
import { AUDIT_FOLDER, examples, finish, withPlaces } from "./command-line.ts";

/** `report`. */
export function addReportCommand(program: Command): void {
	withPlaces(
		program
			.command("report")
			.description("what the audit trail says about a period; exit 0 written, 1 written and the trail is not sound, 2 cannot be done"),
		AUDIT_FOLDER,
	)
		.option("--from <time>", "from then on: a date, a time, or how long ago (24h, 30d)", "30d")
		.option("--to <time>", "up to then; default: now")
		.option("--out <file>", "a file ending in .html (with charts), .md or .json; default: Markdown on standard output")
		.addHelpText("after", examples("report --from 30d --out report.html", "report --from 2026-10-01 --to 2026-11-01 --dir /app/data/audit"))
		.action(async (options: ReportOptions) => finish(await (await import("../report.ts")).report(options)));
}
