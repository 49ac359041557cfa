import { compile } from "../../native/index.js";

/**
 * Runs in a child process: one bad pattern can take minutes and gigabytes, which must not be the server's. It waits to be
 * killed: were it to exit by itself, a busy parent could hear of that before it reads the answer.
 */
process.on("disconnect", () => process.exit(0));
process.on("message", (expressions: string[]) => {
	try {
		const serialised = compile(
			expressions,
			expressions.map(() => false),
		);
		process.send?.({ ok: true, base64: serialised.toString("base64") });
	} catch (error) {
		const failure = error as Error & { pattern?: number };
		process.send?.({ ok: false, message: failure.message, pattern: failure.pattern ?? -1 });
	}
});
