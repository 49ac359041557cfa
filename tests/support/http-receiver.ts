import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Post {
	readonly url: string;
	readonly headers: Record<string, unknown>;
	readonly body: string;
}

/** A receiver that answers with the first of `statuses`, then the next, the last one for ever. */
export async function receiver(statuses: number[], port = 0): Promise<{ url: string; posts: Post[]; server: Server }> {
	const posts: Post[] = [];
	const server = createServer(async (request, response) => {
		posts.push({ url: request.url ?? "", headers: request.headers, body: await text(request) });
		response.writeHead(statuses.length > 1 ? (statuses.shift() as number) : (statuses[0] as number)).end();
	}).listen(port, "127.0.0.1");
	await once(server, "listening");
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posts, server };
}
