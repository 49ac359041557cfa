import { destination, pino } from "pino";

/** Structured log lines. Fields never carry prompts, answers or matched text. */
export interface Logger {
	debug(fields: object, message: string): void;
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
	/** Called when a reload changes `logging.level`. */
	setLevel?(level: LogLevel): void;
}

/** Least level that is written. */
export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** JSON lines on stderr; stdout is for the ready line. */
export function createLogger(level: LogLevel): Logger {
	const logger = pino(
		{ level: level.toLowerCase(), base: { service: "secure-llm-proxy" }, timestamp: pino.stdTimeFunctions.isoTime },
		destination(2),
	);
	return Object.assign(logger, {
		setLevel(next: LogLevel): void {
			logger.level = next.toLowerCase();
		},
	});
}
