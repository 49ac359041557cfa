import { type Next, pick } from "./random.ts";

/** Events as one of many servers writes them (HTML standard, "server-sent events"). `names`: of the events, where they have any. */
export function framed(datas: readonly string[], next: Next, names?: readonly (string | undefined)[]): string {
	const space = pick([" ", " ", ""], next);
	const isNameLast = next() < 0.2;
	const events = datas.map((data, i) => {
		const name = names?.[i] === undefined ? [] : [`event:${space}${names[i]}`];
		const body = data.split("\n").map((line) => `data:${space}${line}`);
		const more = next() < 0.1 ? [pick([`id: e${i}`, "retry: 9", ": a comment", ":"], next)] : [];
		return [...more, ...(isNameLast ? [...body, ...name] : [...name, ...body]), "", ...(next() < 0.1 ? [""] : [])].join("\n");
	});
	const sse = `${next() < 0.2 ? ": hello\n\n" : ""}${events.map((event) => `${event}\n`).join("")}`;
	const isMarked = next() < 0.1;
	return (isMarked ? "\ufeff" : "") + (next() < 0.2 ? sse.replaceAll("\n", "\r\n") : sse);
}
