import { expect, vi } from "vitest";

export interface Health {
	readonly status: string;
	readonly sessions: number;
	readonly lanes: { readonly alive: number; readonly configured: number; readonly sessions: number; readonly queued_bytes: number };
}

async function health(port: number): Promise<Health> {
	return (await fetch(`http://127.0.0.1:${port}/health`)).json() as Promise<Health>;
}

/** Waits until nothing is at work, and fails when something stays. */
export async function settled(port: number): Promise<void> {
	await vi.waitFor(async () => expect(await health(port)).toMatchObject({ sessions: 0, lanes: { sessions: 0, queued_bytes: 0 } }), {
		timeout: 60_000,
		interval: 10,
	});
}
