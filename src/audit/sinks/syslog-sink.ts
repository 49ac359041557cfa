import { connect as connectTcp, type Socket } from "node:net";
import { hostname } from "node:os";
import { connect as connectTls } from "node:tls";
import { readWholeFile } from "../../core/whole-file.ts";
import { formatRecord } from "./formats.ts";
import { type Severity, severityOf } from "./severity.ts";
import type { ShippedRecord, Sink, SinkSettings } from "./sink.ts";

const TIMEOUT_MS = 10_000;
/** RFC 5424 §6.2.1: log audit. */
const FACILITY = 13;
const SEVERITY: Readonly<Record<Severity, number>> = { info: 6, low: 5, medium: 4, high: 3 };
/** Private enterprise number reserved for documentation (RFC 5612): we have none of our own. */
const ELEMENT = "audit@32473";

type Settings = SinkSettings & { type: "syslog" };

/**
 * Syslog (RFC 5424) over TCP (RFC 6587, octet counting) or TLS (RFC 5425). Syslog has no acknowledgement, and what was
 * written may be lost with its connection. So each batch has a connection of its own: a receiver that has read it to its end
 * closes it in order, and only that counts.
 */
export function createSyslogSink(settings: Settings): Sink {
	return {
		deliver: (records) =>
			new Promise((resolve, reject) => {
				const bytes = Buffer.concat(records.map((record) => frame(syslogMessage(record, settings.format))));
				const socket = connect(settings);
				let isRead = false;
				socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("timeout")));
				socket.once(settings.tls ? "secureConnect" : "connect", () => socket.end(bytes));
				// The receiver sends nothing; its end is what is waited for.
				socket.resume();
				socket.once("end", () => {
					isRead = socket.writableFinished;
				});
				socket.once("error", reject);
				socket.once("close", () => (isRead ? resolve() : reject(new Error("connection lost"))));
			}),
	};
}

function connect(settings: Settings): Socket {
	const { host, port, tls, ca_file, cert_file, key_file, server_name } = settings;
	if (!tls) return connectTcp({ host, port });
	return connectTls({
		host,
		port,
		servername: server_name === "" ? host : server_name,
		...(ca_file !== "" && { ca: readWholeFile(ca_file) }),
		...(cert_file !== "" && { cert: readWholeFile(cert_file), key: readWholeFile(key_file) }),
	});
}

function frame(message: string): Buffer {
	const bytes = Buffer.from(message);
	return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

/** One RFC 5424 message. */
function syslogMessage(record: ShippedRecord, format: Settings["format"]): string {
	const priority = FACILITY * 8 + SEVERITY[severityOf(record)];
	const data = [
		["id", record.id],
		["subject", record.subject ?? ""],
		["outcome", String(record["outcome"] ?? "")],
	].map(([name, value]) => `${name}="${value?.replace(/["\\\]]/g, "\\$&")}"`);
	const head = `<${priority}>1 ${record.time} ${hostname()} secure-llm-proxy ${process.pid} ${record.type}`;
	return `${head} [${ELEMENT} ${data.join(" ")}] ${formatRecord(record, format)}`;
}
