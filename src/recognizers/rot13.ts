/** Letters moved by half the alphabet. Its own inverse. */
export function rot13(text: string): string {
	return text.replace(/[A-Za-z]/g, (letter) => {
		const code = letter.charCodeAt(0);
		return String.fromCharCode(code + ((code & 31) < 14 ? 13 : -13));
	});
}

/** The expression of what `rot13` makes of its matches. Ranges of letters stay within one half of the alphabet or are all of it. */
export function rotatedExpression(expression: string): string {
	return expression.replace(/\\.|\[[^\]]*\]|[A-Za-z]/g, (part) => {
		if (part.startsWith("[")) return `[${rotatedClass(part.slice(1, -1))}]`;
		return part.startsWith("\\") ? part : rot13(part);
	});
}

/** The same of the source of a class. */
export function rotatedClass(source: string): string {
	return source.replace(/A-Z|a-z|\\.|[A-Za-z]/g, (part) => (part.length > 1 ? part : rot13(part)));
}
