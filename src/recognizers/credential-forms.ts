import { PASSWORD_KEYS, TOKEN_KEYS, VALUE } from "./credential-keys.ts";
import type { PatternSpec } from "./recognizer.ts";

const KEYS = `(?:${PASSWORD_KEYS}|${TOKEN_KEYS})[A-Za-z0-9_.-]{0,12}`;
const USER = "[A-Za-z0-9_.@+-]{1,24}";

/** Forms in which markup, code and tools write a credential without `=` or `:` right behind its name. */
export const CREDENTIAL_FORMS: readonly PatternSpec[] = [
	{
		name: "credential_element",
		expression: `${KEYS}["']{0,1}>`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "element_value",
		core: { skip: " ", maxSkip: 1, bytes: "^\\s<>", minBytes: 4, maxBytes: 160 },
	},
	{
		name: "credential_attribute",
		expression: `${KEYS}["']{0,1}[,;]{0,1}[ \\t\\r\\n]{1,16}["']{0,1}value["']{0,1} {0,1}[=:]`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "named_value",
		core: VALUE,
	},
	{
		name: "credential_typed",
		expression: `${KEYS}: {0,1}(?:&(?:'static ){0,1}){0,1}str(?:ing){0,1}(?: \\| (?:none|null|undefined)){0,1} {0,1}=`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "named_value",
		core: VALUE,
	},
	{
		name: "credential_list",
		expression:
			"(?:secrets|tokens|passwords|api[_-]{0,1}keys|backup_{0,1}codes)[\"']{0,1} {0,1}[:=] {0,1}\\[ {0,1}[\"'][A-Za-z0-9+/_=-]{8,36}[\"'],",
		caseInsensitive: true,
		score: 0.8,
		confirm: "listed_value",
		core: VALUE,
	},
	{
		name: "sql_password",
		expression: "(?<![A-Za-z])(?:with|encrypted|login|role [A-Za-z0-9_]{1,24}) password ",
		caseInsensitive: true,
		score: 0.8,
		confirm: "argument_value",
		core: { ...VALUE, skip: "\"'", maxSkip: 1 },
	},
	{
		name: "password_of",
		expression: `(?<![A-Za-z])${PASSWORD_KEYS} (?:for|of|to|do|da|de|del|du|des|für|vom|voor|till?)[ ][A-Za-z0-9' _-]{1,20} {0,1}:[ ]`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "spoken_password",
		core: VALUE,
	},
	{
		name: "password_short",
		expression: "(?<![A-Za-z0-9])p(?:w|sk)(?:[\"'`]{0,1} {0,1}[:=]| )",
		caseInsensitive: true,
		score: 0.8,
		confirm: "spoken_password",
		core: VALUE,
	},
	{
		name: "login_slash",
		expression: `(?<![A-Za-z])(?:credentials?|creds|logins?|zugangsdaten|identifiants|credenciales|credenziali)[A-Za-z -]{0,12}[:=] {0,1}${USER} {0,1}[/|] {0,1}`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "spoken_password",
		core: { ...VALUE, skip: "\"'`", maxSkip: 1 },
	},
	{
		name: "login_arguments",
		expression: `(?:auth {0,1}= {0,1}|basic_{0,1}auth|digestauth|networkcredential|passwordcredentials?|passwordauthentication|\\.login|\\.authenticate)\\(["']${USER}["'], {0,1}`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "argument_value",
		core: { ...VALUE, skip: "\"'", maxSkip: 1 },
	},
	{
		name: "connection_arguments",
		expression: `(?:jdbc:|host=|dbname=|localhost|:\\d{4,5}/)[A-Za-z0-9_.=;-]{0,18}["'], {0,1}["']${USER}["'], {0,1}`,
		score: 0.8,
		confirm: "argument_value",
		core: { ...VALUE, skip: "\"'", maxSkip: 1 },
	},
	{
		name: "oracle_login",
		expression: "(?:jdbc:oracle:(?:thin|oci8?):|sqlplus (?:-[SsLl] ){0,2})[A-Za-z][A-Za-z0-9_$#]{0,30}/",
		score: 0.8,
		confirm: "option_value",
		core: { skip: '"', maxSkip: 1, bytes: "^\\s@/;\"'", minBytes: 4, maxBytes: 160 },
	},
	{
		name: "redis_option",
		expression: "redis-cli[A-Za-z0-9 ._:-]{0,44} (?:-a|--pass) ",
		score: 0.8,
		confirm: "option_value",
		core: VALUE,
	},
	{
		name: "wifi_code",
		expression: "WIFI:(?:[TSHR]:[A-Za-z0-9 _.-]{0,20};){1,2}P:",
		score: 0.9,
		confirm: "format_value",
		core: { skip: '"', maxSkip: 1, bytes: "^;\\s", minBytes: 8, maxBytes: 64 },
	},
];
