/**
 * What others wrote, as a command may print it in a line of its own: without control characters and ends of lines, which would
 * steer the terminal, or say what no line of the command says.
 */
export function printable(text: string): string {
	return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "·");
}
