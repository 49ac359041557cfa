import { type InjectionReport, noisyOr, type SignalPlace } from "../verdict/injection.ts";

export interface TextRisk extends InjectionReport {
	/** Of the text, or `joined`. */
	readonly channel: string;
}

/** One text of the user. */
export interface Turn {
	/** Of the text by itself. */
	readonly risk: number;
	readonly signals: ReadonlySet<SignalPlace["signal"]>;
	/** The text before it is the assistant's. */
	readonly isReply: boolean;
}

/** What several turns say is believed in part: they may belong together, but seldom do. */
const TRUST = 0.75;
/** So many texts with so much risk of their own. */
const TRIES = { least: 3, from: 0.5 } as const;
/** The newest texts, each so much riskier than the one before, up to so much. */
const RISE = { turns: 3, step: 0.1, to: 0.4 } as const;
/** So many replies that ask for more of the last answer, in a conversation that names a crime. */
const LED = { replies: 2, risk: 0.55 } as const;

/** Each of these turns would pass, and together they are a pattern: tries, one after the other, or steps that lead somewhere. */
export function crescendo(turns: readonly Turn[]): TextRisk {
	const tries = turns.map(({ risk }) => risk).filter((risk) => risk >= TRIES.from);
	const tried = tries.length < TRIES.least ? 0 : noisyOr(tries) * TRUST;
	const risk = Math.max(tried, riseOf(turns), ledOf(turns));
	return { channel: "joined", risk, findings: risk === 0 ? [] : [{ type: "crescendo", score: risk, from: 0, to: 0 }] };
}

function riseOf(turns: readonly Turn[]): number {
	const newest = turns.slice(-RISE.turns).map(({ risk }) => risk);
	const rises = newest.every((risk, i) => i === 0 || risk >= (newest[i - 1] as number) + RISE.step);
	return newest.length === RISE.turns && rises && (newest.at(-1) as number) >= RISE.to ? noisyOr(newest) * TRUST : 0;
}

/** Weak by itself: lessons about crime go on like this too. */
function ledOf(turns: readonly Turn[]): number {
	const presses = turns.filter(({ isReply, signals }) => isReply && signals.has("press_on"));
	if (presses.length < LED.replies || !turns.some(({ signals }) => signals.has("crime"))) return 0;
	return noisyOr([LED.risk, Math.max(...turns.map(({ risk }) => risk))]);
}
