import { z } from "zod";
import { milliseconds } from "./duration-schema.ts";
import { Sink } from "./sink-schema.ts";

/** `audit`: the tamper-evident record of every decision. */
export const Audit = z
	.strictObject({
		dir: z.string().min(1).default("./data/audit").describe("Folder of the audit trail; one folder in it for each log."),
		log_name: z
			.string()
			.regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "must be letters, digits, dots, dashes and underscores")
			.refine((name) => name !== "admin" && !name.endsWith(".content"), "names a log that the audit trail makes itself")
			.default("local")
			.describe("Name of this process's log. Replicas that share a folder need different ones."),
		retention_days: z
			.int()
			.min(1)
			.default(90)
			.describe("Days that records are kept. Segments whose every record is older are deleted, and a signed record says so."),
		content_retention_days: z
			.int()
			.min(1)
			.default(7)
			.describe("Days that recorded content is kept (`logging.sensitive_data_logging`); it has a log of its own."),
		admin_retention_days: z
			.int()
			.min(1)
			.default(2190)
			.describe(
				"Days that is kept what operators did (`admin`: erasures, accesses, consents, rotations): the evidence of controls outlives the records.",
			),
		record_full_text: z
			.boolean()
			.default(false)
			.describe(
				"With `logging.sensitive_data_logging`: record requests and answers as they came, what was found included. Encrypted with the subject's key.",
			),
		on_failure: z
			.enum(["closed", "buffer"])
			.default("closed")
			.describe("When records cannot be written: refuse new work at once, or only when `max_unwritten_records` wait."),
		max_unwritten_records: z.int().min(1).max(1_000_000).default(10_000).describe("Records that may wait for the disk."),
		max_segment_bytes: z
			.int()
			.min(4096)
			.max(1 << 30)
			.default(64 << 20)
			.describe("Bytes after which a new segment file begins."),
		checkpoint_interval_ms: milliseconds.default(60_000).describe("ms between signed checkpoints that are kept for good."),
		index_url: z
			.string()
			.regex(/^(?:$|postgres(?:ql)?:\/\/)/, "must be postgres://…")
			.default("")
			.describe(
				"PostgreSQL database in which `audit query --config` keeps its search index, `postgres://user:password@host/database?sslmode=verify-full`. Empty: SQLite in `dir`. It is made from the logs and can be dropped at any time.",
			),
		sinks: z
			.array(Sink)
			.max(16)
			.refine((sinks) => new Set(sinks.map(({ name }) => name)).size === sinks.length, "two have the same name")
			.default([])
			.describe("Further places that records are sent to, at least once and in order."),
	})
	.describe("The record of every decision, chained and signed.");
