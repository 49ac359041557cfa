/**
 * What an operator is told of an error that ended a command: what the system refuses, or an installation that lacks a part.
 * Undefined: it is a fault of ours and keeps its trace.
 */
export function faultLine({ code = "", syscall, message }: NodeJS.ErrnoException): string | undefined {
	if (code === "SCANNER_NOT_BUILT") return message;
	if (syscall === undefined) return undefined;
	return `${message} — ${REMEDIES[code] ?? "check the path, and whether this user may use it"}`;
}

const FULL = "make room there: the disk is full, or its user has no more of it";

const REMEDIES: Readonly<Record<string, string>> = {
	EMFILE: "raise the limit of open files (ulimit -n)",
	ENFILE: "raise the limit of open files (ulimit -n)",
	ENOSPC: FULL,
	EDQUOT: FULL,
	EFBIG: "raise the limit of a file's size (ulimit -f)",
	EROFS: "it lies on a file system that is read-only",
};
