import { type Contestant, type Running, Unavailable } from "./contestant.ts";

export interface Entrant {
	readonly contestant: Contestant;
	readonly running: Running;
}

/** Starts what runs here; says of the others why they do not. */
export async function startAll(
	list: readonly Contestant[],
	upstreamPort: number,
	workDir: string,
	log: (line: string) => void,
): Promise<{ readonly entrants: readonly Entrant[]; readonly absent: Readonly<Record<string, string>> }> {
	const entrants: Entrant[] = [];
	const absent: Record<string, string> = {};
	for (const contestant of list) {
		try {
			entrants.push({ contestant, running: await contestant.start(upstreamPort, workDir) });
		} catch (error) {
			if (!(error instanceof Unavailable)) throw error;
			absent[contestant.name] = error.message;
			log(`skipped: ${contestant.name}: ${error.message}`);
		}
	}
	return { entrants, absent };
}
