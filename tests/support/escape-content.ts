/** Every character of the content as `\u0034`; the structure as it is. */
export function escapeContent(json: string): string {
	return json.replace(/"content":("(?:[^"\\]|\\.)*")/, (_all, literal: string) => {
		const text = JSON.parse(literal) as string;
		const escaped = Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`);
		return `"content":"${escaped.join("")}"`;
	});
}
