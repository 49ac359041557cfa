/** What can happen to text, the mildest first: `cut` ends an answer, `block` refuses a request. */
const SEVERITY = ["allow", "flag", "redact", "cut", "block"] as const;

export function severest<A extends (typeof SEVERITY)[number]>(a: A, b: A): A {
	return SEVERITY.indexOf(a) < SEVERITY.indexOf(b) ? b : a;
}
