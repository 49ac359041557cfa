import { writeFileSync } from "node:fs";
import { reportData } from "../report/report-data.ts";
import { reportHtml } from "../report/report-html.ts";
import { reportMarkdown } from "../report/report-markdown.ts";
import { existingLogs } from "./audit-folder.ts";
import { auditFolderOf, type PlaceOptions } from "./audit-places.ts";
import { command } from "./command.ts";
import { periodOption } from "./time-option.ts";

export interface ReportOptions extends Pick<PlaceOptions, "config" | "dir"> {
	readonly from: string;
	readonly to?: string;
	/** File; its ending says the form: `.html`, `.md` or `.json`. Absent: Markdown on standard output. */
	readonly out?: string;
}

/** `report`: what the audit trail says about a period. Exit 0 written, 1 written and the trail is not sound, 2 cannot be done. */
export function report({ from, to, out, ...place }: ReportOptions): Promise<number> {
	return command("report", async () => {
		const dir = await auditFolderOf(place);
		existingLogs(dir);
		const form = out === undefined ? "md" : (/\.(html|md|json)$/.exec(out)?.[1] ?? "");
		if (form === "") throw new Error(`--out takes a file that ends in .html, .md or .json, not '${out}'`);
		const { from: begin = "", to: end = new Date().toISOString() } = periodOption(from, to);
		const data = reportData(dir, begin, end);
		const text = form === "html" ? reportHtml(data) : form === "json" ? `${JSON.stringify(data, null, "\t")}\n` : reportMarkdown(data);
		if (out === undefined) process.stdout.write(text);
		else write(out, text);
		return data.logs.every(({ faults }) => faults.length === 0) ? 0 : 1;
	});
}

function write(file: string, text: string): void {
	try {
		writeFileSync(file, text, { mode: 0o600 });
	} catch (error) {
		throw new Error(
			`${file} cannot be written (${(error as NodeJS.ErrnoException).code}) — give a file in a folder that exists with --out`,
			{ cause: error },
		);
	}
}
