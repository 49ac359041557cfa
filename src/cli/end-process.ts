import { endProcess as endByTheSystem } from "../../native/index.js";

/**
 * Ends the process at once; what waits for the log is written first. `process.exit` would wait for its threads: for ever where one
 * is in a call that does not return (a mount whose server is gone), and one that is in a transformer's runtime makes it abort.
 */
export function endProcess(code: number): never {
	process.emit("exit", code);
	endByTheSystem(code);
}

/** The same, once those who read the output have it. */
export async function endProcessAfterOutput(code: number): Promise<never> {
	await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write("", resolve))));
	return endProcess(code);
}
