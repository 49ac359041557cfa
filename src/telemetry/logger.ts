import { pino } from "pino";
import { LogOutput } from "./log-output.ts";

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

const SERVICE = { service: "secure-llm-proxy" };
/** One for all loggers of the process. */
const OUTPUT = new LogOutput(2, lostLine);

/** JSON lines on stderr; stdout is for the ready line. */
export function createLogger(level: LogLevel): Logger {
	const logger = pino({ level: level.toLowerCase(), base: SERVICE, timestamp: pino.stdTimeFunctions.isoTime }, OUTPUT);
	return Object.assign(logger, {
		setLevel(next: LogLevel): void {
			logger.level = next.toLowerCase();
		},
	});
}

function lostLine(lost: number): string {
	return `${JSON.stringify({ level: 40, time: new Date().toISOString(), ...SERVICE, lost, msg: "log lines lost" })}\n`;
}
