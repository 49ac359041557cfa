import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "slp-"));

/** Vitest's global setup: one folder for all that the tests of a run put into the system's temporary one, removed after it. */
export function setup(): void {
	// Some tests run a program as another user.
	chmodSync(folder, 0o755);
	process.env["TMPDIR"] = folder;
}

export function teardown(): void {
	rmSync(folder, { recursive: true, force: true });
}
