import { type Next, pick } from "./random.ts";

/** Secrets to be planted. */
export const PLANTED = [["AKIA", "IOSFODNN7", "EXAMPLE"].join(""), "JANE.DOE@EXAMPLE.COM", "4111 1111 1111 1111"];
const PROSE = ["αβγ ", "δε, ", "μ\n", "😀 ", "ζ\tη ", "é ", '"λ" ', "\\ "];

/** Four characters of a secret in a row: every stretch of that length, none of which prose in Greek has. */
export function gramsOf(secrets: readonly string[]): string[] {
	return [...new Set(secrets.flatMap((secret) => [...secret.slice(0, -3)].map((_, i) => secret.slice(i, i + 4))))];
}

/** Prose with some of `secrets` in it, none of which touches a word. */
export function sentence(next: Next, secrets: readonly string[], prose: readonly string[] = PROSE): string {
	const parts = Array.from({ length: 1 + Math.floor(next() * 5) }, () =>
		secrets.length > 0 && next() < 0.35 ? ` ${pick(secrets, next)} ` : pick(prose, next),
	);
	return `α ${parts.join("")} ω`;
}
