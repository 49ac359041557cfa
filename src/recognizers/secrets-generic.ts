import type { Core, Recognizer } from "./recognizer.ts";

/** Values of assignments: in quotes everything, otherwise up to white space and the punctuation of code. */
const VALUE: Core = {
	skip: " \\t\"'`=>:\\\\(@\\[",
	maxSkip: 12,
	bytes: "^\\s\"'`,;<>(){}|\\\\",
	minBytes: 3,
	maxBytes: 160,
	value: "^(?:(?!&[\\w-]+=)[^\\n])+",
};

const PASSWORD_KEYS =
	"(?:pass(?:w(?:or)?d|wd|phrase|code)?|pwd|pswd|kennwort|passwort|contrase(?:ñ|n)a|mot[_ ]de[_ ]passe|senha|has(?:ł|l)o|wachtwoord|пароль|密码|密碼|パスワード|비밀번호)";
const TOKEN_KEYS =
	"(?:secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|encryption[_-]?key|signing[_-]?key|master[_-]?key|app[_-]?key|shared[_-]?key|credential|api[_-]?secret|key|auth|pin)";
const OPERATOR = "[\"'`\\])]{0,3}[ \\t]{0,6}(?:=>|:=|={1,3}|[:(,])";

export const GENERIC_CREDENTIAL: Recognizer = {
	type: "credential",
	category: "secret",
	groups: ["password"],
	label: "CREDENTIAL",
	patterns: [
		{
			name: "password_assignment",
			expression: `${PASSWORD_KEYS}[A-Za-z0-9_.-]{0,12}${OPERATOR}`,
			caseInsensitive: true,
			score: 0.8,
			confirm: "password_value",
			core: VALUE,
		},
		{
			name: "token_assignment",
			expression: `${TOKEN_KEYS}[A-Za-z0-9_.-]{0,12}${OPERATOR}`,
			caseInsensitive: true,
			score: 0.8,
			confirm: "token_value",
			core: VALUE,
		},
		{
			name: "password_sentence",
			expression: `(?<![A-Za-z])${PASSWORD_KEYS}["'\`]{0,1} (?:is|was|to|lautet|ist|es|est|è|é)[ :]`,
			caseInsensitive: true,
			score: 0.8,
			confirm: "spoken_password",
			core: { ...VALUE, bytes: "^\\s\"'`,;<>(){}|\\\\" },
		},
		{
			name: "password_option",
			expression:
				"(?<![A-Za-z0-9-])(?:--(?:[a-z]{1,12}-)?(?:password|passwd|pass|token|secret|api-key)|-p|sshpass -p|identified by|convertto-securestring)[ =]",
			caseInsensitive: true,
			score: 0.8,
			confirm: "option_value",
			core: VALUE,
		},
		{
			name: "netrc",
			expression: "(?<![A-Za-z])login[ \\t][!-~]{1,40}[ \\t\\r\\n]{1,6}password[ \\t]",
			score: 0.8,
			confirm: "option_value",
			core: VALUE,
		},
		{
			name: "user_option",
			expression: "(?<![A-Za-z0-9-])(?:-u|--user)[ =][\"']{0,1}[A-Za-z0-9._@+-]{1,32}:",
			score: 0.8,
			confirm: "option_value",
			core: { ...VALUE, skip: " ", maxSkip: 1 },
		},
		{
			name: "authorization",
			expression: "(?:bearer|basic|negotiate|ntlm|token|apikey|ssws)[ ]",
			caseInsensitive: true,
			score: 0.85,
			confirm: "authorization_value",
			core: { skip: " \"'", maxSkip: 3, bytes: "A-Za-z0-9._~+/=-", minBytes: 8, maxBytes: 160 },
		},
		{
			name: "auth_config",
			expression: '(?:_authToken|_auth|"auth")["\' ]{0,3}[:=]',
			score: 0.85,
			confirm: "authorization_value",
			core: { skip: " \"'", maxSkip: 4, bytes: "A-Za-z0-9._~+/=-", minBytes: 8, maxBytes: 160 },
		},
		{
			name: "session_cookie",
			expression: "(?:sessionid|session|connect\\.sid|phpsessid|jsessionid|sid|csrf[_-]?token|xsrf-token)=",
			caseInsensitive: true,
			score: 0.8,
			confirm: "token_value",
			core: { skip: "\"'", maxSkip: 1, bytes: "A-Za-z0-9%._~+/=-", minBytes: 16, maxBytes: 160 },
		},
	],
	examples: {
		match: [
			'password = "⟦hunter2!x⟧"',
			"DB_PASSWORD=⟦qeil378532⟧ DB_HOST=x",
			'{"api_key": "⟦9f8Zk2LmQ7xWv4Rt1BnY⟧"}',
			"client_secret: ⟦Zk2LmQ7xWv4Rt1BnY9f8⟧",
			"My password is ⟦Tr0ub4dor&3⟧",
			"curl -u admin:⟦s3cr3tPw9⟧ https://x.example",
			"Authorization: Basic ⟦YWRtaW46czNjcjN0UHc5⟧",
			"mysql --password=⟦Xk9!qz71⟧",
			"machine db.example.com\n  login bob\n  password ⟦Xk9!qz71⟧",
			'"token":"⟦c6f652b9ba0dcbda4c043e34d5d729a2⟧"',
		],
		noMatch: [
			"password: string",
			"password = getPassword()",
			"const token = req.headers.token;",
			'password = "{{ db_password }}"',
			"api_key: your_api_key_here",
			'password: "********"',
			"The password is required.",
			"token: the smallest unit of text",
			"secret = os.environ['SECRET']",
			"passwords: never share them",
			"It asks for a login and password field by field.",
		],
	},
};
