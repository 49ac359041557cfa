import { expect, test } from "vitest";
import { packState, unpackState } from "../../../src/lanes/codec.ts";
import { createLaneInspector } from "../../../src/lanes/lane-inspector.ts";
import { chatEvents } from "../../support/mock-upstream.ts";
import { policyMessage } from "../../support/policy-message.ts";

test.each(["replace", "synthetic"])(
	"no surrogate of the prompt is a finding of the answer, whatever number it bears (%s)",
	async (strategy) => {
		const message = await policyMessage(`security: { pii_protection: { redaction_strategy: ${strategy}, restore: true } }`);
		const { policy } = message;
		const lane = createLaneInspector({ pack: packState, unpack: unpackState, secretKey: new Uint8Array(32) });
		lane.handle(message);
		for (let n = 0; n < 80; n++) {
			const original = `card 4111 1111 1111 1111, call (415) 555-26${String(n).padStart(2, "0")}`;
			const body = Buffer.from(JSON.stringify({ model: "m", input: original }));
			const [asked] = lane.handle({
				kind: "prompt",
				caller: "key:1",
				sid: 2 * n,
				policies: [{ policyId: policy.id, models: [] }],
				api: "openai-responses",
				path: "/v1/responses",
				body,
			});
			if (asked?.kind !== "prompt" || !("body" in asked.verdict)) throw new Error("the prompt was not redacted");
			const { body: redacted, surrogates } = asked.verdict;
			const sent = JSON.parse(Buffer.from(redacted ?? []).toString()).input as string;
			const sid = 2 * n + 1;
			lane.handle({ kind: "open", sid, policyId: policy.id, api: "openai-chat", mode: "stream", ...(surrogates && { surrogates }) });
			const bytes = Buffer.from(chatEvents([sent]).join(""));
			const raw = [...lane.handle({ kind: "data", sid, bytes }), ...lane.handle({ kind: "end", sid })]
				.map((item) => (item.kind === "output" ? Buffer.from(item.bytes ?? []).toString() : ""))
				.join("");
			expect([...raw.matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join("")).toBe(original);
		}
	},
);
