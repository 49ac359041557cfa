import { defineConfig } from "vitest/config";
import { FUZZ_SECONDS } from "./tests/support/fuzz.ts";

/** They only end what hangs: machines are small, and other work runs beside the tests. What a test waits for gets 60 s. */
const HANGS = 180_000;
const testTimeout = HANGS + FUZZ_SECONDS * 2000;

export default defineConfig({
	test: {
		include: ["tests/**/*.test.ts"],
		testTimeout,
		hookTimeout: HANGS,
		expect: { poll: { timeout: 60_000 } },
		pool: "forks",
		globalSetup: "tests/support/temporary-folder.ts",
		setupFiles: ["tests/support/seeded.ts"],
	},
});
