import { expect, test } from "vitest";
import { createClientAddress } from "../../../src/edge/client-address.ts";
import { NOBODY } from "../../../src/identity/caller.ts";
import { networkOf } from "../../../src/identity/network-of.ts";
import { createCallerLimiter } from "../../../src/limits/caller-limiter.ts";
import { createMemoryStore } from "../../../src/limits/memory-store.ts";

const addressOf = (peer: string): string => createClientAddress([])(peer, undefined);

test("addresses of one IPv6 network count as one, IPv4 addresses each by itself", () => {
	expect(networkOf(addressOf("2001:DB8:1:2::9"))).toBe("2001:db8:1:2::/64");
	expect(networkOf(addressOf("2001:db8:1:2:aaaa::9"))).toBe("2001:db8:1:2::/64");
	expect(networkOf(addressOf("2001:db8:1:3::9"))).toBe("2001:db8:1:3::/64");
	expect(networkOf(addressOf("::ffff:192.0.2.1"))).toBe("192.0.2.1");
	expect(networkOf("")).toBe("");
});

test("another address of the same IPv6 network is no way around a limit", async () => {
	const settings = {
		limits: { requestsPerMinute: 1 },
		burst: 0,
		rules: [],
		abuse: { blocks: 0, windowMs: 1, suspendMs: 1, historyWeight: 0 },
	};
	const limiter = createCallerLimiter(settings, createMemoryStore(), () => undefined);
	const isTaken = async (peer: string): Promise<boolean> =>
		(await limiter.admit({ caller: { ...NOBODY, id: `address:${addressOf(peer)}` }, path: "/v1/models", bodyBytes: 0 })).ok;
	expect(await isTaken("2001:db8::1")).toBe(true);
	expect(await isTaken("2001:db8::2")).toBe(false);
	expect(await isTaken("2001:db8:0:1::2")).toBe(true);
	limiter.close();
});
