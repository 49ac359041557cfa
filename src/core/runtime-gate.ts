/**
 * A thread that is terminated while a native runtime is at work in it ends the whole process: the runtime's calls of Node-API fail
 * from then on, and it throws where nobody can catch (node-addon-api without NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS). So the
 * thread and its owner share one number: the calls that are at work, and `CLOSED` once none may begin.
 */
export type RuntimeGate = Int32Array<SharedArrayBuffer>;

const CLOSED = 1 << 30;

/** Calls of this thread that are at work. */
const atWork = new Set<Promise<unknown>>();
let gate = openGate();

export function openGate(): RuntimeGate {
	return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** For the owner: no call begins any more. Answers whether the thread may be terminated now; if not, once it answers so. */
export function closeGate(shared: RuntimeGate): boolean {
	return (Atomics.or(shared, 0, CLOSED) & ~CLOSED) === 0;
}

/** For the thread, before its first call: what its owner asks by. */
export function useGate(shared: RuntimeGate): void {
	gate = shared;
}

/** Calls the runtime. Never settles on a thread that is about to be terminated. */
export function inRuntime<T>(call: () => Promise<T>): Promise<T> {
	const entered = gate;
	if (!enter(entered)) return new Promise(() => undefined);
	const work = call().finally(() => {
		atWork.delete(work);
		Atomics.sub(entered, 0, 1);
	});
	atWork.add(work);
	return work;
}

/** Resolves when no call of this thread is at work. */
export async function runtimeLeft(): Promise<void> {
	while (atWork.size > 0) await Promise.allSettled(atWork);
}

function enter(shared: RuntimeGate): boolean {
	for (;;) {
		const calls = Atomics.load(shared, 0);
		if ((calls & CLOSED) !== 0) return false;
		if (Atomics.compareExchange(shared, 0, calls, calls + 1) === calls) return true;
	}
}
