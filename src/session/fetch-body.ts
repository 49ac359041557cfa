import type { UpstreamClient, UpstreamRequest } from "../edge/upstream-types.ts";

/** The body of a 2xx answer of at most `maxBytes`, as text; undefined when there is none, for whatever reason, within `timeoutMs`. */
export function fetchBody(
	upstream: UpstreamClient,
	request: UpstreamRequest,
	maxBytes: number,
	timeoutMs: number,
): Promise<string | undefined> {
	return new Promise((resolve) => {
		const chunks: Uint8Array[] = [];
		let bytes = 0;
		const end = (body: string | undefined): void => {
			clearTimeout(timer);
			resolve(body);
		};
		const giveUp = (): void => {
			exchange.abort();
			end(undefined);
		};
		const timer = setTimeout(giveUp, timeoutMs);
		const exchange = upstream.send(request, {
			onHead: (status, headers) => {
				const encoding = headers["content-encoding"] ?? "identity";
				if (status < 200 || status > 299 || encoding !== "identity") giveUp();
			},
			onData: (chunk) => {
				bytes += chunk.length;
				if (bytes > maxBytes) giveUp();
				else chunks.push(chunk);
			},
			onEnd: () => end(Buffer.concat(chunks).toString()),
			onError: () => end(undefined),
		});
	});
}
