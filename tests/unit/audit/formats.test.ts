import { expect, test } from "vitest";
import { formatRecord } from "../../../src/audit/sinks/formats.ts";
import type { ShippedRecord } from "../../../src/audit/sinks/sink.ts";

const REQUEST: ShippedRecord = {
	seq: 7,
	prev: "ab",
	id: "local/7",
	log: "local",
	type: "interaction",
	time: "2026-11-26T01:02:03.004Z",
	requestId: "r1",
	subject: "0123456789abcdef0123456789abcdef",
	method: "POST",
	path: "/v1/chat/completions",
	model: "a=b|c\\d\r\ne\rf",
	provider: "openai",
	prompt: { action: "block", findings: { email: 1 } },
	response: { findings: {} },
	outcome: "prompt_blocked",
	status: 400,
	durationMs: 1.25,
};
const START: ShippedRecord = { seq: 0, prev: "", id: "local/0", log: "local", type: "start", time: "2026-11-26T01:02:03.004Z" };
const ERASURE: ShippedRecord = { ...START, id: "admin/0", log: "admin", type: "erasure", by: "jo", subject: "0123456789abcdef" };
const RELOAD: ShippedRecord = { ...START, type: "reload" };

/** Members that a class requires, and the values of those that say what kind of event it is (ocsf-schema 1.3, events and objects). */
test.each([
	[REQUEST, 6003, 99, ["actor", "api", "src_endpoint"]],
	[START, 6002, 3, ["app"]],
	[RELOAD, 6002, 99, ["app"]],
	[ERASURE, 6002, 99, ["app", "actor"]],
])("OCSF has what its class requires", (record, class_uid, activity_id, required) => {
	const event = JSON.parse(formatRecord(record, "ocsf"));
	const base = ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"];
	expect(Object.keys(event)).toEqual(expect.arrayContaining([...base, ...required]));
	expect(event).toMatchObject({ category_uid: 6, class_uid, activity_id, type_uid: class_uid * 100 + activity_id });
	expect(event.activity_name).toBe(activity_id === 99 ? record.type : undefined);
	expect(event.metadata).toMatchObject({ version: "1.3.0", product: { vendor_name: expect.any(String) } });
	expect(event.time).toBe(Date.parse(record.time));
	// Objects whose members a class requires in turn.
	if (event.api !== undefined) expect(event).toMatchObject({ api: { operation: expect.any(String), request: { uid: "r1" } } });
	if (event.app !== undefined) expect(event.app.vendor_name).toBeDefined();
});

test("CEF escapes what separates its fields, and stays on one line", () => {
	const line = formatRecord({ ...REQUEST, outcome: "a|b\\c\nd" }, "cef");
	expect(line).not.toMatch(/[\r\n]/);
	const [head, extension = ""] = line.split(/(?<=^(?:(?:\\.|[^|\\])*\|){7})/);
	expect(head).toBe(String.raw`CEF:0|secure-llm-proxy|secure-llm-proxy|1|a\|b\\c d|LLM request: prompt block, answer a\|b\\c d|8|`);
	expect(extension).toContain(String.raw`cs2Label=model cs2=a\=b|c\\d\ne\rf cs3Label=provider`);
	expect(extension).toContain(`rt=${Date.parse(REQUEST.time)} cat=interaction suser=${REQUEST.subject}`);
});

/** Values that ECS 8.11 allows for `event.kind`, and event types that it expects of the two categories. */
test.each([
	[REQUEST, "api", ["access", "denied"], "failure"],
	[{ ...REQUEST, outcome: "complete", prompt: { action: "allow" } }, "api", ["access", "allowed"], "success"],
	[START, "configuration", ["info"], "unknown"],
	[ERASURE, "configuration", ["change"], "unknown"],
])("ECS categorises with its own words", (record, category, type, outcome) => {
	const event = JSON.parse(formatRecord(record as ShippedRecord, "ecs"));
	expect(event).toMatchObject({ "@timestamp": record.time, ecs: { version: "8.11.0" }, event: { kind: "event", outcome } });
	expect([event.event.category, event.event.type]).toEqual([[category], type]);
	if (category === "api")
		expect(event).toMatchObject({ user: { hash: REQUEST.subject }, event: { duration: 1_250_000 }, http: { request: { method: "POST" } } });
});

test("what an operator did names the operator as the user and the caller as the target", () => {
	expect(formatRecord(ERASURE, "cef")).toMatch(/\|Operator: erasure\|3\|.* suser=jo duser=0123456789abcdef/);
	expect(JSON.parse(formatRecord(ERASURE, "ecs")).user).toEqual({ name: "jo", target: { hash: "0123456789abcdef" } });
	expect(JSON.parse(formatRecord(ERASURE, "ocsf"))).toMatchObject({ actor: { user: { name: "jo" } }, severity_id: 2 });
});
