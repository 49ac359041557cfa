/** Bytes at once; between two of them others have their turn. */
const SLICE_BYTES = 64 << 10;

export interface Replay {
	pause(): void;
	resume(): void;
	/** No event follows. */
	abort(): void;
	finish(): void;
}

/** Gives a stored answer as an upstream gives one: in pieces that can be paused. The first comes in a later tick. */
export function replay(body: Uint8Array, events: { onData(chunk: Uint8Array): void; onEnd(): void }): Replay {
	let at = 0;
	let isPaused = false;
	let isOver = false;
	let isScheduled = false;
	const schedule = (): void => {
		if (isPaused || isOver || isScheduled) return;
		isScheduled = true;
		setImmediate(give);
	};
	const give = (): void => {
		isScheduled = false;
		if (isPaused || isOver) return;
		if (at >= body.length) {
			isOver = true;
			return events.onEnd();
		}
		const slice = body.subarray(at, at + SLICE_BYTES);
		at += slice.length;
		events.onData(slice);
		schedule();
	};
	schedule();
	const stop = (): void => {
		isOver = true;
	};
	return {
		pause() {
			isPaused = true;
		},
		resume() {
			isPaused = false;
			schedule();
		},
		abort: stop,
		finish: stop,
	};
}
