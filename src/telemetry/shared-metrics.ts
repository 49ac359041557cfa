import cluster from "node:cluster";
import { AggregatorRegistry, type Registry } from "prom-client";

/** ms until a process answers with its own metrics alone. */
const TIMEOUT_MS = 6000;

type Question = { readonly kind: "metrics"; readonly id: number };
type Answer = Question & { readonly text: string };

/**
 * The metrics of all processes on the port, by way of the process that started them; of this one where it is alone.
 * A scrape reaches any of them, and must not see another one's counters the next time.
 */
export function sharedMetrics(registry: Registry): () => Promise<string> {
	if (!cluster.isWorker) return () => registry.metrics();
	AggregatorRegistry.setRegistries(registry);
	new AggregatorRegistry();
	const waiting = new Map<number, (text: string) => void>();
	let last = 0;
	process.on("message", (message: Partial<Answer>) => {
		if (message.kind !== "metrics" || message.id === undefined) return;
		waiting.get(message.id)?.(message.text ?? "");
		waiting.delete(message.id);
	});
	return async () => {
		const id = ++last;
		const answer = new Promise<string>((resolve) => {
			waiting.set(id, resolve);
			setTimeout(resolve, TIMEOUT_MS, "").unref();
		});
		process.send?.({ kind: "metrics", id } satisfies Question);
		const text = await answer;
		waiting.delete(id);
		return text === "" ? registry.metrics() : text;
	};
}

/** In the process that started the others: sums up what they count. */
export function answerMetrics(): void {
	const registry = new AggregatorRegistry();
	cluster.on("message", (worker, message: Partial<Question>) => {
		if (message.kind !== "metrics" || message.id === undefined) return;
		const { id } = message;
		const answer = (text: string): void => {
			// It may end at any moment, and without a callback that would be an exception.
			if (worker.isConnected()) worker.send({ kind: "metrics", id, text } satisfies Answer, () => undefined);
		};
		registry.clusterMetrics().then(answer, () => answer(""));
	});
}
