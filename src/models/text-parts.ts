/** UTF-16 units of a part that is judged, or learned, by itself. A longer sentence is one part. */
const PART_UNITS = 320;

/** A text in parts of whole sentences, as many as fit into each. */
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
	return part.trim() === "" ? parts : [...parts, part];
}
