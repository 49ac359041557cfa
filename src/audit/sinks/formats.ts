import { foundIn, isByOperator, type Severity, severityOf, titleOf } from "./severity.ts";
import type { ShippedRecord, SinkFormat } from "./sink.ts";

/** A record in one of the formats that security tools read, on one line. */
export function formatRecord(record: ShippedRecord, format: SinkFormat): string {
	switch (format) {
		case "json":
			return JSON.stringify(record);
		case "ecs":
			return JSON.stringify(ecs(record));
		case "ocsf":
			return JSON.stringify(ocsf(record));
		case "cef":
			return cef(record);
		default:
			return format satisfies never;
	}
}

const PRODUCT = "secure-llm-proxy";
/** Without members that the record does not have. */
const known = (object: Record<string, unknown>): object =>
	Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ""));

/** Elastic Common Schema 8.11, whose category `api` may be allowed and denied; what it has no field for is below `llm_proxy`. */
function ecs(record: ShippedRecord): object {
	const { id, time, type, log, subject: _subject, seq, prev: _prev, ...rest } = record;
	const level = severityOf(record);
	const isRequest = type === "interaction" || type === "refusal";
	const isStopped = type === "refusal" || level === "high";
	const durationMs = Number(record["durationMs"]);
	return {
		"@timestamp": time,
		ecs: { version: "8.11.0" },
		message: titleOf(record),
		event: known({
			id,
			sequence: seq,
			kind: "event",
			module: PRODUCT,
			dataset: `${PRODUCT}.audit`,
			category: isRequest ? ["api"] : ["configuration"],
			type: isRequest ? ["access", isStopped ? "denied" : "allowed"] : [isByOperator(record) ? "change" : "info"],
			action: type,
			outcome: isRequest ? (isStopped ? "failure" : "success") : "unknown",
			severity: CEF_SEVERITY[level],
			duration: Number.isNaN(durationMs) ? undefined : Math.round(durationMs * 1e6),
		}),
		log: { logger: log },
		service: { type: PRODUCT },
		...userOf(record),
		...(isRequest && {
			http: {
				request: known({ id: record.requestId, method: record["method"] }),
				response: known({ status_code: record["status"] }),
			},
			url: known({ path: record["path"] }),
		}),
		llm_proxy: rest,
	};
}

/** Who it is about; where an operator did it, that is the target. */
function userOf(record: ShippedRecord): object {
	const hash = record.subject === "" ? undefined : record.subject;
	if (isByOperator(record)) return { user: known({ name: record["by"], target: hash && { hash } }) };
	return hash === undefined ? {} : { user: { hash } };
}

const OCSF_SEVERITY: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4 };

/** OCSF 1.3: requests are API Activity (6003), everything else Application Lifecycle (6002). */
function ocsf(record: ShippedRecord): object {
	const level = severityOf(record);
	const isRequest = record.type === "interaction" || record.type === "refusal";
	const isStopped = record.type === "refusal" || level === "high";
	const durationMs = Number(record["durationMs"]);
	const [class_uid, activity_id] = isRequest ? [6003, 99] : [6002, LIFECYCLE[record.type] ?? 99];
	return {
		category_uid: 6,
		class_uid,
		activity_id,
		...(activity_id === 99 && { activity_name: record.type }),
		type_uid: class_uid * 100 + activity_id,
		time: Date.parse(record.time),
		severity_id: OCSF_SEVERITY[level],
		status_id: isStopped ? 2 : 1,
		...(isStopped && { status_detail: String(record["outcome"]) }),
		message: titleOf(record),
		metadata: {
			version: "1.3.0",
			uid: record.id,
			sequence: record.seq,
			log_name: record.log,
			product: { name: PRODUCT, vendor_name: PRODUCT },
		},
		...(!Number.isNaN(durationMs) && { duration: Math.round(durationMs) }),
		...(isRequest
			? {
					actor: { user: { uid: record.subject || "unknown" } },
					api: known({
						operation: `${String(record["method"])} ${String(record["path"])}`,
						request: { uid: record.requestId ?? "" },
						response: { code: record["status"] },
						service: known({ name: String(record["provider"] || PRODUCT) }),
					}),
					src_endpoint: { uid: record.subject || "unknown" },
					http_response: { code: record["status"] },
				}
			: {
					app: { name: PRODUCT, vendor_name: PRODUCT },
					...(isByOperator(record) && { actor: { user: { name: String(record["by"]) } } }),
				}),
		unmapped: record,
	};
}

/** OCSF activities of Application Lifecycle: Start, Stop. A reload is none of them. */
const LIFECYCLE: Readonly<Record<string, number>> = { start: 3, stop: 4 };

/** ArcSight's 0…10. */
const CEF_SEVERITY: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 6, high: 8 };

/** ArcSight Common Event Format, revision 25. */
function cef(record: ShippedRecord): string {
	const head = [
		"CEF:0",
		PRODUCT,
		PRODUCT,
		"1",
		String(record["outcome"] ?? record.type),
		titleOf(record),
		CEF_SEVERITY[severityOf(record)],
	];
	const { action } = Object(record["prompt"]) as { action?: string };
	const extension = known({
		externalId: record.id,
		rt: Date.parse(record.time),
		cat: record.type,
		...(isByOperator(record) ? { suser: record["by"], duser: record.subject } : { suser: record.subject }),
		requestMethod: record["method"],
		request: record["path"],
		outcome: record["outcome"],
		act: action,
		cnt: record["count"],
		...labelled(1, "requestId", record.requestId),
		...labelled(2, "model", record["model"]),
		...labelled(3, "provider", record["provider"]),
		...labelled(4, "findings", foundIn(record).join(" ")),
		...labelled(5, "policy", Object(record["policy"]).version ?? record["policy"]),
	});
	const fields = Object.entries(extension).map(([name, value]) => `${name}=${escapeValue(String(value))}`);
	return `${head
		.map((part) =>
			String(part)
				.replace(/[\\|]/g, "\\$&")
				.replace(/[\r\n]+/g, " "),
		)
		.join("|")}|${fields.join(" ")}`;
}

function labelled(n: number, label: string, value: unknown): Record<string, unknown> {
	return value === undefined || value === "" ? {} : { [`cs${n}Label`]: label, [`cs${n}`]: value };
}

function escapeValue(value: string): string {
	return value.replace(/[\\=]/g, "\\$&").replace(/\r?\n/g, "\\n").replaceAll("\r", "\\r");
}
