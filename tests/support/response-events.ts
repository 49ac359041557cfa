/** One output item of a streamed response, its texts in pieces. */
export type ResponseItem =
	| { readonly kind: "message"; readonly texts: readonly string[]; readonly isRefusal?: true }
	| { readonly kind: "reasoning"; readonly texts: readonly string[]; readonly list: "summary" | "content" }
	/** `member`: where the text stands; its events are `response.<base>.delta` and `.done`. */
	| {
			readonly kind: "call";
			readonly type: string;
			readonly member: "arguments" | "input" | "code";
			readonly base: string;
			readonly texts: readonly string[];
	  };

/** A whole answer of the Responses API as its server sends it: numbered, every text again at each end. */
export function responseEvents(items: readonly ResponseItem[], more: object = {}): string[] {
	const out: string[] = [];
	const send = (type: string, members: object): void => {
		out.push(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: out.length, ...members })}\n\n`);
	};
	const response = (status: string, output: object[]): object => ({
		response: {
			id: "resp_1",
			object: "response",
			created_at: 1,
			status,
			model: "m",
			error: null,
			incomplete_details: null,
			...more,
			output,
		},
	});
	send("response.created", response("in_progress", []));
	send("response.in_progress", response("in_progress", []));
	const output = items.map((item, index) => {
		const { open, done } = itemOf(item, index);
		send("response.output_item.added", { output_index: index, item: open });
		if (item.kind === "call") sendCall(send, item, index);
		else sendPart(send, item, index);
		send("response.output_item.done", { output_index: index, item: done });
		return done;
	});
	send("response.completed", response("completed", output));
	return out;
}

type Send = (type: string, members: object) => void;

function sendCall(send: Send, { base, member, texts }: ResponseItem & { kind: "call" }, index: number): void {
	const place = { item_id: `item_${index}`, output_index: index };
	for (const delta of texts) send(`response.${base}.delta`, { ...place, delta, obfuscation: "x9" });
	send(`response.${base}.done`, { ...place, [member]: texts.join("") });
}

function sendPart(send: Send, item: ResponseItem & { kind: "message" | "reasoning" }, index: number): void {
	const { list, type, base, member } = partOf(item);
	const place = { item_id: `item_${index}`, output_index: index, [`${list}_index`]: 0 };
	const frame = list === "summary" ? "reasoning_summary_part" : "content_part";
	send(`response.${frame}.added`, { ...place, part: { type, [member]: "" } });
	for (const delta of item.texts) send(`response.${base}.delta`, { ...place, delta });
	send(`response.${base}.done`, { ...place, [member]: item.texts.join("") });
	send(`response.${frame}.done`, { ...place, part: { type, [member]: item.texts.join("") } });
}

function partOf(item: ResponseItem & { kind: "message" | "reasoning" }): {
	list: "content" | "summary";
	type: string;
	base: string;
	member: string;
} {
	if (item.kind === "message")
		return item.isRefusal
			? { list: "content", type: "refusal", base: "refusal", member: "refusal" }
			: { list: "content", type: "output_text", base: "output_text", member: "text" };
	return item.list === "summary"
		? { list: "summary", type: "summary_text", base: "reasoning_summary_text", member: "text" }
		: { list: "content", type: "reasoning_text", base: "reasoning_text", member: "text" };
}

function itemOf(item: ResponseItem, index: number): { open: object; done: object } {
	const id = `item_${index}`;
	const text = item.texts.join("");
	if (item.kind === "call") {
		const head = { id, type: item.type, call_id: `call_${index}`, name: "f" };
		return { open: { ...head, status: "in_progress", [item.member]: "" }, done: { ...head, status: "completed", [item.member]: text } };
	}
	const { list, type, member } = partOf(item);
	const part = { type, [member]: text };
	if (item.kind === "reasoning")
		return { open: { id, type: "reasoning", summary: [] }, done: { id, type: "reasoning", summary: [], [list]: [part] } };
	const head = { id, type: "message", role: "assistant" };
	return { open: { ...head, status: "in_progress", content: [] }, done: { ...head, status: "completed", content: [part] } };
}
