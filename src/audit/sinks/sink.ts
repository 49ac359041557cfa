import type { StoredRecord } from "../log-reader.ts";

/** A record on its way out of the log. */
export interface ShippedRecord extends StoredRecord {
	readonly log: string;
	/** `log/seq/digest`: the same each time it is sent, so that a receiver can tell a repetition, and no other record's. */
	readonly id: string;
}

/** A place outside the proxy that records are sent to. */
export interface Sink {
	/** Resolves when the receiver has them all; rejects when that is not known, and they are sent again. */
	deliver(records: readonly ShippedRecord[]): Promise<void>;
}

export type SinkFormat = "json" | "ecs" | "ocsf" | "cef";

interface SinkCommon {
	/** Names its position in the log and its events; unique. */
	readonly name: string;
	/** What records that cannot be sent do: `closed` refuses new work when more than `max_behind_records` wait, `buffer` skips the oldest. */
	readonly on_failure: "closed" | "buffer";
	readonly max_behind_records: number;
}

/** One entry of `audit.sinks`. */
export type SinkSettings = SinkCommon &
	(
		| {
				readonly type: "syslog";
				readonly host: string;
				readonly port: number;
				readonly format: SinkFormat;
				readonly tls: boolean;
				readonly ca_file: string;
				readonly cert_file: string;
				readonly key_file: string;
				/** Name that the receiver's certificate must be for; empty: `host`. */
				readonly server_name: string;
		  }
		| { readonly type: "splunk_hec"; readonly url: string; readonly token: string; readonly format: SinkFormat }
		| { readonly type: "webhook"; readonly url: string; readonly secret: string; readonly format: SinkFormat }
		| { readonly type: "otlp"; readonly url: string; readonly headers: Readonly<Record<string, string>> }
		| { readonly type: "file"; readonly path: string; readonly format: SinkFormat; readonly max_bytes: number; readonly max_files: number }
	);
