import { defineConfig } from "vitest/config";
import { FUZZ_SECONDS } from "./tests/support/fuzz.ts";

const testTimeout = 60_000 + FUZZ_SECONDS * 2000;

export default defineConfig({
	test: {
		include: ["tests/**/*.test.ts"],
		testTimeout,
		hookTimeout: 60_000,
		pool: "forks",
		globalSetup: "tests/support/temporary-folder.ts",
		setupFiles: ["tests/support/seeded.ts"],
	},
});
