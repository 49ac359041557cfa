import { faultLine } from "./fault-line.ts";

/** Runs one command and gives its exit code: 2 when it throws, after the reason on standard error. */
export async function command(name: string, run: () => Promise<number>): Promise<number> {
	try {
		return await run();
	} catch (error) {
		process.stderr.write(`${name}: ${faultLine(error as Error) ?? (error as Error).message}\n`);
		return 2;
	}
}
