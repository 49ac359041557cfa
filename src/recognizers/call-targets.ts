import { hostsIn } from "./links.ts";
import type { Confirmer, Recognizer } from "./recognizer.ts";

/** ASCII characters of the part of an address that names the host, and of a host. */
const AUTHORITY = "[!$%&*+.0-9:=@A-Z\\[\\]_a-z~-]";
const HOST = "[.0-9A-Z_a-z-]";
const FOREIGN = "[\\u{80}-\\u{10ffff}]";
const MOST = 200;

/** Where a call of a tool would reach out to: the hosts of web addresses and of e-mail addresses in its arguments. */
export const CALL_TARGET: Recognizer = {
	type: "tool_call_target",
	category: "injection",
	label: "TARGET",
	patterns: [
		{ name: "tool_call_target_url", expression: `//${AUTHORITY}{1,${MOST}}(?!${AUTHORITY})`, confirm: "call_target_url" },
		{ name: "tool_call_target_mail", expression: `@${HOST}{1,${MOST}}(?!${HOST})`, confirm: "call_target_mail" },
		// A name in another script, and what is too long for one, is nothing that anybody has allowed.
		{ name: "tool_call_target_foreign_url", expression: `//${AUTHORITY}{0,${MOST}}${FOREIGN}`, confirm: "call_target_url" },
		{ name: "tool_call_target_foreign_mail", expression: `@${HOST}{0,${MOST}}${FOREIGN}`, confirm: "call_target_foreign_mail" },
		{ name: "tool_call_target_long_url", expression: `//${AUTHORITY}{${MOST + 1}}` },
		{ name: "tool_call_target_long_mail", expression: `@${HOST}{${MOST + 1}}` },
	].map((pattern) => ({ ...pattern, score: 1, views: [] })),
	examples: {
		match: [
			'{"url":"https:⟦//evil.example⟧/a?b"}',
			"curl ftp:⟦//203.0.113.7⟧/x",
			"fetch('⟦//cdn.evil.example⟧/p.js')",
			"https:⟦//good.example:x@evil.example⟧/",
			"to: jane⟦@corp_x.example⟧",
			`http:⟦//${"a".repeat(MOST + 1)}⟧`,
			"https:⟦//я⟧ма.example/",
			"jane⟦@я⟧ма.example",
		],
		noMatch: ["// a comment", "a //b", "@decorator", "@app.route", "npm i @types/node", "10 // 3", "user@localhost"],
	},
};

/** Behind a scheme any host counts, else only one that looks like one. */
export const confirmUrlTarget: Confirmer = ({ left, text }) => {
	if (/[a-z][a-z0-9+.-]*:$/i.test(left)) return 1;
	return !/[\w:/]$/.test(left) && isDotted(text) ? 1 : 0;
};

export const confirmMailTarget: Confirmer = ({ left, text }) => (/[^\s([{<,;"'`/]$/.test(left) && isDotted(text) ? 1 : 0);

/** Behind a dot, or at once. */
export const confirmForeignMailTarget: Confirmer = ({ left, text }) =>
	/[^\s([{<,;"'`/]$/.test(left) && /^@(?:.*\.)?[^.]+$/s.test(text) ? 1 : 0;

const isDotted = (text: string): boolean => hostsIn(text).some((host) => /\.[^\d.]{2,}\.?$/.test(host));
