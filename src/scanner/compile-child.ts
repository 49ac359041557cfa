import { compile } from "../../native/index.js";

/** Runs in a child process: one bad pattern can take minutes and gigabytes, which must not be the server's. */
process.once("message", (expressions: string[]) => {
	try {
		const serialised = compile(
			expressions,
			expressions.map(() => false),
		);
		process.send?.({ ok: true, base64: serialised.toString("base64") }, () => process.exit(0));
	} catch (error) {
		const failure = error as Error & { pattern?: number };
		process.send?.({ ok: false, message: failure.message, pattern: failure.pattern ?? -1 }, () => process.exit(0));
	}
});
