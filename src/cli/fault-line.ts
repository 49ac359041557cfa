/**
 * What an operator is told of an error that ended a command: what the system refuses, or an installation that lacks a part.
 * Undefined: it is a fault of ours and keeps its trace.
 */
export function faultLine({ code, syscall, message }: NodeJS.ErrnoException): string | undefined {
	if (code === "SCANNER_NOT_BUILT") return message;
	if (syscall === undefined) return undefined;
	const isOutOfFiles = code === "EMFILE" || code === "ENFILE";
	return `${message} — ${isOutOfFiles ? "raise the limit of open files (ulimit -n)" : "check the path, and whether this user may use it"}`;
}
