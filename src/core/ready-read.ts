import { readSync } from "node:fs";

/** ms between two looks at what is not ready. */
const LOOK_MS = 10;

/** How many bytes there were, 0 at the end; undefined: none yet, of what another process has opened without waiting. */
export function readReady(file: number, into: Uint8Array): number | undefined {
	try {
		return readSync(file, into);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
		throw error;
	}
}

/** The thread stands still until the next look. */
export function waitToLook(): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
}
