import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** Commands of a Chromium, the lightest first. */
const COMMANDS = ["chromium-headless-shell", "chromium", "google-chrome"];

/**
 * The headless Chromium that `script/bootstrap --tests` has found or installed; Playwright's own where the system has none. Root
 * may not use its sandbox, and it opens only pages of ours.
 */
export function openBrowser(): Promise<Browser> {
	const folders = (process.env["PATH"] ?? "").split(delimiter);
	const executablePath = COMMANDS.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
	return chromium.launch({ ...(executablePath !== undefined && { executablePath }), chromiumSandbox: false, args: ["--disable-quic"] });
}
