import { destination, pino } from "pino";

/** Structured log lines. Fields never carry prompts, answers or matched text. */
export interface Logger {
	debug(fields: object, message: string): void;
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
}

/** JSON lines on stderr; stdout is for the ready line. */
export function createLogger(level: "DEBUG" | "INFO" | "WARN" | "ERROR"): Logger {
	return pino(
		{ level: level.toLowerCase(), base: { service: "secure-llm-proxy" }, timestamp: pino.stdTimeFunctions.isoTime },
		destination(2),
	);
}
