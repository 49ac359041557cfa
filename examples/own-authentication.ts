/**
 * Callers are known by a session of your own application, and one team may use small models only.
 * Run: npx tsx examples/own-authentication.ts
 */
import { createProxy, type HookCaller, type HookRefusal, type HookRequest } from "secure-llm-proxy";

/** In place of your session store. */
const SESSIONS = new Map<string, HookCaller>([
	["session-of-alice", { id: "user:alice" }],
	["session-of-bob", { id: "user:bob", models: ["demo"], limits: { requestsPerMinute: 5 } }],
]);

async function authenticate({ headers }: HookRequest): Promise<HookCaller | HookRefusal> {
	const session = SESSIONS.get(headers["x-session"] ?? "");
	return session ?? { refuse: "Log in and send your session in the header X-Session.", status: 401 };
}

const proxy = await createProxy(
	{
		server: { host: "127.0.0.1", port: Number(process.env["PORT"] ?? 8000) },
		llm_providers: { demo: { type: "demo" } },
		audit: { dir: process.env["AUDIT_DIR"] ?? "./data/audit" },
	},
	{ hooks: { authenticate } },
);
process.stdout.write(`ready on http://127.0.0.1:${proxy.port}\n`);
process.once("SIGTERM", () => void proxy.close());
