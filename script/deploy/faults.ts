/** What happens to clients of two replicas behind a balancer when a part of it all is gone. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedisServer } from "../../tests/support/redis.ts";
import { fail, step } from "../image/root.ts";
import type { Balancer } from "./balancers.ts";
import { LIMIT, LIMITED_MODELS, type Replica, sessionsOf } from "./replica.ts";
import { ask, type Ending } from "./stream.ts";

/** Answers that are open when a replica is killed. */
const OPEN = 12;
/** s that replicas and balancers may take to find each other again. */
const RECOVERY_S = 30;

/** Kills a replica in the middle of its answers: those end in a way that no client takes for complete, and new ones succeed at once. */
export async function checkKill(
	{ name, port }: Balancer,
	[, victim]: readonly [Replica, Replica],
	restart: () => Promise<Replica>,
): Promise<Replica> {
	const { text } = await ask(port);
	let begun = 0;
	const open = Array.from({ length: OPEN }, () => ask(port, "demo", () => begun++));
	// One that has not begun is sent again, to the other replica.
	while (begun < OPEN) await sleep(5);
	const gone = once(victim.child, "exit");
	victim.child.kill("SIGKILL");
	await gone;
	const after = Array.from({ length: 20 }, async (_, i) => {
		// What was on its way to the replica at that moment may break too: HAProxy sends nothing twice.
		await sleep(200 + i * 100);
		return ask(port);
	});
	const endings = await Promise.all(open);
	const shortened = endings.find((ending) => ending.outcome === "complete" && ending.text !== text);
	if (shortened !== undefined) fail(`${name}: an answer looks complete and is not: ${shortened.detail}`);
	const broken = endings.filter(({ outcome }) => outcome !== "complete").length;
	if (broken === 0) fail(`${name}: the replica was killed and no answer broke: nothing was shown`);
	const lost = (await Promise.all(after)).filter((ending) => ending.text !== text);
	if (lost.length > 0) fail(`${name}: ${lost.length} of ${after.length} later requests failed: ${lost[0]?.detail}`);
	const back = await restart();
	await until(`${name} sends to the replica that is back`, async () => {
		const asked = Array.from({ length: 6 }, () => ask(port));
		let isUsed = false;
		for (let i = 0; i < 20 && !isUsed; i++) {
			isUsed = (await sessionsOf(back.port)) > 0;
			await sleep(20);
		}
		await Promise.all(asked);
		return isUsed;
	});
	step(
		`${name}: a replica was killed, ${broken} of ${endings.length} open answers broke and show it, ${after.length} later ones are complete`,
	);
	return back;
}

/** One limit for both replicas; while Redis is paused or gone every request still has its answer, and after it they share again. */
export async function checkRedis({ name, port }: Balancer, redis: RedisServer): Promise<void> {
	await until(`${name}: one limit for both replicas`, async () => isWithinOne(await burst(port)));
	redis.signal("SIGSTOP");
	const paused = await burst(port);
	redis.signal("SIGCONT");
	await redis.stop();
	const gone = await burst(port);
	for (const passed of [paused, gone])
		if (passed < LIMIT || passed > 2 * (LIMIT + 1)) fail(`${name}: without Redis ${passed} requests passed, of ${LIMIT} a replica`);
	await redis.start();
	await until(`${name}: one limit again`, async () => isWithinOne(await burst(port)));
	step(`${name}: ${LIMIT} requests passed with Redis, ${paused} while it was paused, ${gone} while it was gone, and ${LIMIT} again`);
}

function isWithinOne(passed: number): boolean {
	return passed >= LIMIT && passed <= LIMIT + 1;
}

let round = 0;

/** How many of three times the limit pass, all at once; the others must be told so properly. */
async function burst(port: number): Promise<number> {
	const model = `limited-${(round++ % LIMITED_MODELS) + 1}`;
	const endings = await Promise.all(Array.from({ length: 3 * LIMIT }, () => ask(port, model)));
	const wrong = endings.find((ending: Ending) => ending.outcome === "broken" || (ending.outcome === "refused" && ending.status !== 429));
	if (wrong !== undefined) fail(`a request of a burst ended wrong: ${wrong.detail}`);
	return endings.filter(({ outcome }) => outcome === "complete").length;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
	for (const end = performance.now() + RECOVERY_S * 1000; performance.now() < end; await sleep(500)) if (await holds()) return;
	fail(`not within ${RECOVERY_S} s: ${what}`);
}
