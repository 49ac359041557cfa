/** The expression of what a match of this one is when it is read backwards. Literals, classes, groups without a name and quantifiers. */
export function reversedExpression(expression: string): string {
	const alternatives = [""];
	for (let at = 0; at < expression.length; ) {
		const end = endOfAtom(expression, at);
		const atom = expression.slice(at, end);
		const quantifier = /^(?:[?*+]|\{[\d,]+\})/.exec(expression.slice(end))?.[0] ?? "";
		const turned = atom.startsWith("(?:") ? `(?:${reversedExpression(atom.slice(3, -1))})` : atom;
		if (atom === "|") alternatives.push("");
		else alternatives.push(turned + quantifier + alternatives.pop());
		at = end + quantifier.length;
	}
	return alternatives.join("|");
}

/** Behind the escape, class, group or character that begins at `at`. */
function endOfAtom(expression: string, at: number): number {
	const atom = /^(?:\\.|\[[^\]]*\]|[^(])/.exec(expression.slice(at))?.[0];
	if (atom !== undefined) return at + atom.length;
	let depth = 0;
	let end = at;
	do {
		const inner = /^(?:\\.|\[[^\]]*\]|.)/.exec(expression.slice(end))?.[0] as string;
		depth += inner === "(" ? 1 : inner === ")" ? -1 : 0;
		end += inner.length;
	} while (depth > 0);
	return end;
}

/** Characters (ASCII) from the last to the first. */
export function reversed(text: string): string {
	return [...text].reverse().join("");
}
