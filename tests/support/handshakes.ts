import { once } from "node:events";
import { connect } from "node:tls";

/** A process of its own that makes TLS connections to a port, thirty-two at a time, until it gets a message. It says when it begins, and at the end how many it made and how many were reset. */
const port = Number(process.argv[2]);
const result = { made: 0, lost: 0 };
let isOver = false;
process.once("message", () => {
	isOver = true;
});

async function connectOn(): Promise<void> {
	while (!isOver) {
		const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
		await once(socket, "secureConnect").then(
			() => result.made++,
			() => result.lost++,
		);
		socket.destroy();
	}
}

process.send?.("begins");
await Promise.all(Array.from({ length: 32 }, connectOn));
process.send?.(result, () => process.disconnect());
