import { EVERY_VIEW, type PatternSpec, type Recognizer } from "./recognizer.ts";
import { reversedToken, rotatedToken } from "./secret-tokens.ts";

const sample = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1z2".repeat(4);
const KEY_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
const pem = (kind: string): string => ["-----BEGIN ", `${kind}-----`].join("");

export const PRIVATE_KEY: Recognizer = {
	type: "private_key",
	category: "secret",
	groups: ["key_material"],
	label: "PRIVATE_KEY",
	patterns: [
		{
			name: "private_key",
			expression: "-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----[\\\\rn\\s]{1,12}[A-Za-z0-9+/=:]{4}",
			score: 0.99,
			tail: { bytes: "A-Za-z0-9+/=\\s\\\\:,._()-", until: ["-----END", "-----"], maxBytes: 16384 },
		},
		// Line by line in string literals of code: the quotes belong to it. In disguise the escape is read already.
		{
			name: "private_key_literals",
			expression: "-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----(?:\\\\n|\\n)[\"'][\\s+,.]{0,40}[\"'][A-Za-z0-9+/=:]{4}",
			score: 0.99,
			tail: { bytes: "A-Za-z0-9+/=\\s\\\\:,.\"'_()+-", until: ["-----END", "-----"], maxBytes: 16384 },
		},
		// A list of its lines. Behind the name of a header another string may follow that is no key (`("…KEY-----", "utf8")`).
		{
			name: "private_key_lines",
			expression: "-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----[\"'],\\s{0,40}[\"'][A-Za-z0-9+/=]{16}",
			score: 0.99,
			tail: { bytes: "A-Za-z0-9+/=\\s,\"'-", until: ["-----END", "-----"], maxBytes: 16384 },
		},
		// The same in base64, at its three alignments.
		{
			name: "private_key_base64",
			expression: "(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi[A-Za-z0-9+/]{16}",
			score: 0.97,
			confirm: "base64_pem",
			tail: { bytes: "A-Za-z0-9+/=\\s\\\\", maxBytes: 16384 },
		},
		{
			name: "ssh_key_body",
			expression: "b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/]{12}",
			score: 0.99,
			tail: { bytes: "A-Za-z0-9+/=\\s\\\\", maxBytes: 16384 },
		},
		{
			name: "putty_key",
			expression: "PuTTY-User-Key-File-[23]: ?[a-z0-9-]{4}",
			score: 0.99,
			tail: { bytes: "A-Za-z0-9+/=\\s\\\\:.@_-", until: ["Private-MAC:"], maxBytes: 16384 },
		},
		{ name: "wireguard_key", expression: "(?:Private|Preshared)Key ?= ?[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", score: 0.98 },
		{
			name: "rsa_key_xml",
			expression: "<RSAKeyValue><Modulus>[A-Za-z0-9+/=]{16}",
			score: 0.97,
			tail: { bytes: "A-Za-z0-9+/=<>\\s", until: ["</RSAKeyValue>"], maxBytes: 8192 },
		},
	],
	examples: {
		match: [
			`⟦${pem("PRIVATE KEY")}\n${KEY_BODY}\n-----END PRIVATE KEY-----⟧`,
			`⟦${pem("RSA PRIVATE KEY")}\r\n${KEY_BODY}⟧`,
			`⟦${pem("OPENSSH PRIVATE KEY")}\\n${KEY_BODY}⟧`,
			`x ${pem("EC PRIVATE KEY")}\n${KEY_BODY}`,
			`"⟦${pem("RSA PRIVATE KEY")}\\n" +\n"${KEY_BODY}\\n" +\n"${["-----END RSA", " PRIVATE KEY-----"].join("")}⟧"`,
			`{"lines":["⟦${pem("PRIVATE KEY")}","${KEY_BODY}","${["-----END", " PRIVATE KEY-----"].join("")}⟧"]}`,
			`['⟦${pem("OPENSSH PRIVATE KEY")}',\n '${KEY_BODY}',\n '${["-----END OPENSSH", " PRIVATE KEY-----"].join("")}⟧']`,
			`⟦LS0tLS1CRUdJTi${"BSU0EgUFJJVkFURSBLRVktLS0tLQo"}⟧`,
			`⟦b3BlbnNzaC1rZXktdjE${"AAAAABG5vbmUAAAAEbm9uZQ"}⟧`,
			`⟦<RSAKeyValue><Modulus>${sample.slice(0, 40)}</Modulus></RSAKeyValue>⟧`,
			`PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none`,
			`PrivateKey = ${sample.slice(0, 42)}A=`,
		],
		noMatch: [
			`${pem("CERTIFICATE")}\nMIIE`,
			`${pem("PUBLIC KEY")}\nMIIE`,
			"BEGIN PRIVATE KEY",
			`${pem("PRIVATE KEY")} is how it starts`,
			`startsWith("${pem("PRIVATE KEY")}", "utf8")`,
			`["${pem("PRIVATE KEY")}", "${pem("RSA PRIVATE KEY")}", "a name of some kind"]`,
			"LS0tLS1CRUdJTi",
		],
	},
};

export const JWT: Recognizer = {
	type: "jwt",
	category: "secret",
	groups: ["session"],
	label: "JWT",
	patterns: [
		{
			name: "jwt",
			expression: "(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{13}",
			score: 0.9,
			views: EVERY_VIEW,
			confirm: "jwt",
			tail: { bytes: "A-Za-z0-9_.=-", maxBytes: 16384 },
		},
	],
	examples: {
		match: [
			"⟦eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0In0.abc⟧",
			"Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.x",
			"eyJraWQiOiJhYmMiLCJhbGciOiJFUzI1NiJ9.e30.sig",
			"(eyJhbGciOiJub25lIn0.e30.)",
			"session=⟦eyJfZnJlc2giOnRydWUsIl91c2VyX2lkIjoiNyJ9.Zx1mQw.dGVzdA⟧",
		],
		noMatch: [
			'{"next":"eyJvZmZzZXQiOjIwLCJsaW1pdCI6NTB9"}',
			"sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJmaWxlIjoiYSJ9",
			"cursor=eyJjcmVhdGVkQXQiOiIyMDI2LTExLTI3IiwiaWQiOjd9",
			"eyJ",
			"eyJhbGci",
			"xeyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
			"eyelids are closed today ok",
		],
	},
};

const URL_TAIL = "A-Za-z0-9._~:/?#@!$&*+,;=%\\[\\]-";

export const CREDENTIALED_URL: Recognizer = {
	type: "credentialed_url",
	category: "secret",
	groups: ["password"],
	label: "CREDENTIALED_URL",
	patterns: [
		{
			name: "credentialed_url",
			// The scheme is public, and any word could be one: it is left to the confirmer, so that no word waits for it.
			expression: "(?<![\\x00-.0-\\x7f])[A-Za-z0-9._~!$&*+,;=%@-]{0,64}:[A-Za-z0-9._~!$&*+,;=%^#?()-]{1,128}@",
			score: 0.95,
			confirm: "credentialed_url",
			tail: { bytes: URL_TAIL, maxBytes: 2048 },
		},
	],
	examples: {
		match: [
			"postgres://⟦app:hunter2@db.example.com:5432/prod⟧",
			"https://bob:s3cret@example.org/path",
			"redis://⟦:pw4c@cache⟧",
			"amqp://u:p%40x@mq",
		],
		noMatch: [
			"https://example.com/a:b@c",
			"either/or:both@once",
			"https://example.com",
			"mailto:user@example.com",
			"http://user@host/",
			"https://<user>:<password>@host",
		],
	},
};

const ACCESS_KEY_PREFIX = "(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])";
const ACCESS_KEY_ID: PatternSpec = {
	name: "aws_access_key_id",
	expression: `(?<![A-Za-z0-9])${ACCESS_KEY_PREFIX}[A-Z0-9]{16}(?![A-Za-z0-9])`,
	score: 0.97,
	views: EVERY_VIEW,
	confirm: "token",
};

export const AWS_KEY: Recognizer = {
	type: "aws_key",
	category: "secret",
	groups: ["cloud"],
	label: "AWS_KEY",
	patterns: [
		ACCESS_KEY_ID,
		rotatedToken(ACCESS_KEY_ID),
		reversedToken(ACCESS_KEY_ID, { prefix: ACCESS_KEY_PREFIX, alphabet: "A-Z0-9", min: 16, max: 16 }),
		{
			name: "aws_secret_access_key",
			expression: "(?:aws[a-z0-9_ .-]{0,16}(?:key|secret)|secret[_ -]?access[_ -]?key|secret[_ -]?key)[\"'`*\\])]{0,5}[ \\t]{0,4}[:=|]",
			caseInsensitive: true,
			score: 0.95,
			core: { skip: " \\t\"'`=>\\\\*", maxSkip: 8, bytes: "A-Za-z0-9/+=", minBytes: 40, maxBytes: 44 },
			confirm: "aws_secret",
		},
		{
			// As the console's file and tables have it: behind its id.
			name: "aws_secret_behind_id",
			expression: `(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}["'\`]{0,1}[ ]{0,2}[,;:|\\t\\n]`,
			score: 0.95,
			core: { skip: " \\t\"'`|", maxSkip: 8, bytes: "A-Za-z0-9/+=", minBytes: 40, maxBytes: 44 },
			confirm: "aws_secret",
		},
		{
			name: "aws_session_token",
			expression: "(?<![A-Za-z0-9/+])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9/+=]{20}",
			score: 0.97,
			tail: { bytes: "A-Za-z0-9/+=", maxBytes: 4096 },
		},
	],
	examples: {
		match: [
			`⟦AKIA${"IOSFODNN7EXAMPLE"}⟧`,
			`id=ASIA${"QWERTYUIOPASDFGH"};`,
			`aws_secret_access_key = "⟦${sample.slice(0, 40)}⟧"`,
			`**AWS secret access key:** \`⟦${sample.slice(0, 40)}⟧\``,
			`Access key ID,Secret access key\n⟦ASIA${"IOSFODNN7EXAMPLE"}⟧,⟦${sample.slice(0, 40)}⟧\n`,
			`⟦IQoJb3JpZ2lu${sample.slice(0, 60)}⟧`,
		],
		noMatch: ["AKIA", "AKIASHORT", `XAKIA${"IOSFODNN7EXAMPLE"}`, `AKIA${"IOSFODNN7EXAMPLEX"}`, "aws_secret_access_key = os.environ"],
	},
};
