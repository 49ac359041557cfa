import { PASSWORD_KEYS, TOKEN_KEYS, VALUE } from "./credential-keys.ts";
import { withFoldedSpelling } from "./folded-spelling.ts";
import type { PatternSpec } from "./recognizer.ts";

const NAMES = `(?:${PASSWORD_KEYS}|${TOKEN_KEYS})`;
const KEYS = `${NAMES}[A-Za-z0-9_.-]{0,12}`;
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
		// Without tags nothing ends the value.
		views: ["decoded"],
	},
	{
		// A block of YAML, or a literal with letters before its quote.
		name: "credential_literal",
		expression: `${KEYS}["']{0,1} {0,4}(?::=|=>|[:=(,])(?: {0,1}[|>][-+]{0,1}\\r{0,1}\\n| {0,2}[rbuf]{1,2}#{0,1}["'])`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "named_value",
		core: VALUE,
	},
	{
		name: "credential_cdata",
		expression: `${KEYS}><!\\[CDATA\\[`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "cdata_value",
		core: { skip: " ", maxSkip: 1, bytes: "^\\s<>\\]", minBytes: 4, maxBytes: 160 },
	},
	{
		name: "credential_cell",
		expression: `${NAMES}[A-Za-z0-9_.-]{0,8} {0,1}:{0,1}(?:</(?:b|strong)>){0,1}</(?:td|th|dt)>[ \\t\\r\\n]{0,6}<(?:td|dd)>`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "cell_value",
		core: { skip: " ", maxSkip: 1, bytes: "^\\s<>", minBytes: 4, maxBytes: 160 },
	},
	{
		name: "password_below",
		expression: `(?<![A-Za-z])${PASSWORD_KEYS} {0,1}:\\*{0,2} {0,2}(?:\\r{0,1}\\n){1,2}`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "password_below",
		core: { skip: "`*", maxSkip: 2, bytes: '^\\s"`', minBytes: 5, maxBytes: 64 },
	},
	{
		name: "password_aligned",
		expression: `(?<![A-Za-z])${PASSWORD_KEYS}(?:\\t| {2}| {0,1}\\.{3})`,
		caseInsensitive: true,
		score: 0.8,
		confirm: "aligned_password",
		core: { skip: " \\t.", maxSkip: 48, bytes: '^\\s"`', minBytes: 6, maxBytes: 64 },
	},
	{
		// In the settings of switches and routers.
		name: "device_password",
		expression:
			"(?:enable |username [A-Za-z0-9._-]{1,24} (?:privilege \\d{1,2} ){0,1})(?:secret|password) (?:[05-9] ){0,1}|snmp-server community |tacacs-server key |pre-shared-key (?:address [0-9.]{7,15} key ){0,1}",
		score: 0.8,
		confirm: "option_value",
		core: { ...VALUE, skip: "\"'", maxSkip: 1 },
	},
	{
		// A variable of Terraform.
		name: "credential_block",
		expression:
			'(?:password|passwd|secret|token|api_key|access_key)"[ ]\\{(?:[ \\n]{1,4}(?:type|sensitive) {1,6}= [a-z]{4,6}){0,1}[ \\n]{1,4}default {1,4}=',
		score: 0.8,
		confirm: "block_value",
		core: { ...VALUE, skip: ' "', maxSkip: 2 },
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
		expression: `${NAMES}[A-Za-z0-9_]{0,6}: {0,1}(?:&(?:'static ){0,1}){0,1}str(?:ing){0,1}(?: \\| (?:none|null|undefined)){0,1} {0,1}=`,
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
		expression: `(?<![A-Za-z])${PASSWORD_KEYS} (?:for|of|to|do|da|di|de|del|du|des|f(?:ü|u)r|vom|voor|till?)[ ][A-Za-z0-9' _-]{1,16}(?: {0,1}:| (?:is|lautet|ist|es|est|è|é|e))[ ]`,
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
		expression: `(?:jdbc:|DBI:|host=|dbname=|localhost|:\\d{4,5}/)[A-Za-z0-9_.=;:-]{0,18}["'], {0,1}["']${USER}["'], {0,1}`,
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
		name: "password_particle",
		expression: withFoldedSpelling("(?:パスワード[はが]|密[码碼][是为為]|비밀번호[는은]) {0,1}"),
		score: 0.8,
		confirm: "spoken_password",
		core: { skip: " :「\"'", maxSkip: 4, bytes: "!-~", minBytes: 5, maxBytes: 160 },
	},
	{
		name: "mysql_option",
		expression: "(?:mysql(?:dump|admin|import){0,1}|mariadb)[A-Za-z0-9 ._-]{0,40} -p",
		score: 0.8,
		confirm: "option_value",
		core: { ...VALUE, skip: "\"'", maxSkip: 1 },
	},
	{
		name: "samba_option",
		expression: `(?:[ ]-U {0,1}["']{0,1}[A-Za-z0-9_./\\\\-]{1,32}%|net use (?:[A-Za-z]: ){0,1}\\\\{1,2}[A-Za-z0-9_.$\\\\-]{1,40} )`,
		score: 0.8,
		confirm: "option_value",
		core: { ...VALUE, skip: "\"'", maxSkip: 1 },
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
