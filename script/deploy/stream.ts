/** How one streamed request ended, as its client sees it. */
export interface Ending {
	/** `broken`: by its transport or its form the client knows that something is missing. */
	readonly outcome: "complete" | "broken" | "refused";
	readonly status: number;
	/** What the model said. */
	readonly text: string;
	/** For people. */
	readonly detail: string;
}

/** Asks the demo for an e-mail address, and reads what comes to its end. `onBegun`: the first of it is here. */
export async function ask(port: number, model = "demo", onBegun = (): void => undefined): Promise<Ending> {
	let raw = "";
	let status = 0;
	try {
		const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "show me the email" }] }),
		});
		status = response.status;
		const decoder = new TextDecoder();
		for await (const chunk of response.body ?? []) {
			if (raw === "") onBegun();
			raw += decoder.decode(chunk as Uint8Array, { stream: true });
		}
	} catch (error) {
		return { outcome: "broken", status, text: textOf(raw), detail: String(error) };
	}
	if (status !== 200) return { outcome: "refused", status, text: "", detail: `${status} ${raw.slice(0, 200)}` };
	// What SDKs take for the end of an answer.
	const isEnded = raw.includes("data: [DONE]") || /"finish_reason":"/.test(raw);
	return { outcome: isEnded ? "complete" : "broken", status, text: textOf(raw), detail: raw.slice(-200) };
}

function textOf(raw: string): string {
	return [...raw.matchAll(/"content":"([^"]*)"/g)].map(([, delta]) => delta).join("");
}
