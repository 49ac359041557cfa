/** One look at the machine or its surroundings. */
export interface Finding {
	readonly state: "ok" | "warning" | "failure";
	readonly what: string;
	/** What to do; empty when nothing. */
	readonly remedy: string;
}

export const ok = (what: string): Finding => ({ state: "ok", what, remedy: "" });
export const warning = (what: string, remedy: string): Finding => ({ state: "warning", what, remedy });
export const failure = (what: string, remedy: string): Finding => ({ state: "failure", what, remedy });
