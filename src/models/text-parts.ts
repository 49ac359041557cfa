/** UTF-16 units of a part that is judged, or learned, by itself. */
const PART_UNITS = 320;
const MAX_PARTS = 10;

/** Whole sentences, as many as fit into each part; of a long text some parts, all over it. */
export function textParts(text: string): string[] {
	const parts: string[] = [];
	let part = "";
	for (const sentence of text.split(/(?<=[.!?\n。！？])/)) {
		if (part.length > 0 && part.length + sentence.length > PART_UNITS) {
			parts.push(part);
			part = "";
		}
		part += sentence;
	}
	if (part.trim() !== "") parts.push(part);
	const step = Math.max(1, parts.length / MAX_PARTS);
	return Array.from({ length: Math.min(parts.length, MAX_PARTS) }, (_, i) => parts[Math.floor(i * step)] as string);
}
