import { forgetContexts, saysWhatFollows } from "../recognizers/context.ts";
import type { CoreRules } from "./cores.ts";
import { type Engine, Matches } from "./engine.ts";

/** Tells whether the name of a column says something of what stands in it: it is a trigger, or has a word that confirmers look for. */
export function createTellingNames(engine: Engine, { byPattern }: Pick<CoreRules, "byPattern">): (name: string) => boolean {
	const isTrigger = (bytes: Uint8Array): boolean => {
		const stream = engine.openStream();
		const matches = new Matches();
		stream.scan(bytes, 0, 0, bytes.length, matches);
		stream.finish(bytes, 0, bytes.length, matches);
		stream.close();
		let found = false;
		matches.forEach((pattern) => {
			found ||= (byPattern[pattern] ?? []).length > 0;
		});
		return found;
	};
	return (name) => {
		const says = saysWhatFollows(name);
		forgetContexts();
		return says || isTrigger(Buffer.from(`${name}: `));
	};
}
