import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../../core/make-folder.ts";
import { formatRecord } from "./formats.ts";
import type { Sink, SinkSettings } from "./sink.ts";

/** A file of lines for collectors that read files. At `max_bytes` it becomes `path.1`, that one `path.2`, and the last one goes. */
export function createFileSink({ path, format, max_bytes, max_files }: SinkSettings & { type: "file" }): Sink {
	return {
		async deliver(records) {
			makeFolder(dirname(path));
			const size = await stat(path).then(
				(found) => found.size,
				() => 0,
			);
			if (size >= max_bytes) await rotate(path, max_files);
			await appendLines(path, records.map((record) => `${formatRecord(record, format)}\n`).join(""));
		},
	};
}

/** All of them or none: half a line would spoil the next one. */
async function appendLines(path: string, lines: string): Promise<void> {
	const file = await open(path, "a+", 0o600);
	try {
		const found = await file.stat();
		if (!found.isFile()) throw Object.assign(new Error(`${path} is no file`), { code: "NOT_A_FILE" });
		const { size } = found;
		const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) });
		// One that a crash cut short keeps its own.
		const isTorn = bytesRead > 0 && buffer[0] !== 10;
		try {
			await file.appendFile(isTorn ? `\n${lines}` : lines);
			await file.datasync();
		} catch (error) {
			await file.truncate(size);
			throw error;
		}
	} finally {
		await file.close();
	}
}

async function rotate(path: string, maxFiles: number): Promise<void> {
	if (maxFiles === 1) return rm(path, { force: true });
	for (let n = maxFiles - 1; n >= 1; n--) {
		await rename(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== "ENOENT") throw error;
		});
	}
}
