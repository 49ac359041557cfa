import { withFoldedSpelling } from "./folded-spelling.ts";
import type { Core } from "./recognizer.ts";

/** Values of assignments: in quotes everything, otherwise up to white space and the punctuation of code. */
export const VALUE: Core = {
	skip: " \\t\"'`=>:\\\\(@\\[",
	maxSkip: 12,
	bytes: "^\\s\"'`,;<>(){}|\\\\",
	minBytes: 3,
	maxBytes: 160,
	/** Neither the next field of a form nor the end of bold letters. */
	value: "^(?:(?!&[\\w-]+=|\\*\\*$)[^\\n])+",
};

/** Names of passwords in the languages of the world, and of tokens and keys in those of programs: expressions for any case. */
export const PASSWORD_KEYS = withFoldedSpelling(
	"(?:pass(?:w(?:or)?d|wd|phrase|code)?|pwd|pswd|kennwort|passwort|contraseña|clave[_ ]de[_ ]acceso|mot[_ ]de[_ ]passe|mdp|senha|hasło|wachtwoord|lösenord|passord|adgangskode|salasana|heslo|jelszó|parol[aă]|şifre|mật khẩu|κωδικός|пароль|密码|密碼|口令|パスワード|비밀번호|पासवर्ड|كلمة المرور|كلمة السر|رمز عبور|סיסמה|รหัสผ่าน)",
);
export const TOKEN_KEYS =
	"(?:secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|encryption[_-]?key|signing[_-]?key|master[_-]?key|app[_-]?key|shared[_-]?key|credential|api[_-]?secret|key|auth|pin)";
