import type { AnswerMode } from "../core/api.ts";
import type { LanePool } from "../lanes/lane-pool.ts";
import type { LaneSession, SessionHandler } from "../lanes/lane-session.ts";
import type { PreparedRequest } from "./prepare-request.ts";
import { SoundAnswer } from "./sound-answer.ts";

/** What a session asks of an answer on its way to the client. */
export type AnswerOnItsWay = Pick<LaneSession, "push" | "end" | "close" | "usage" | "moves">;

/** The answer to a request goes through a lane; sound, which no lane can read, does not. Undefined: no lane takes it. */
export function openAnswer(
	pool: Pick<LanePool, "openSession">,
	{ policyId, mode }: { readonly policyId: string; readonly mode: AnswerMode },
	{ endpoint, translation, transcriptAs, isStructured, choices, surrogates }: PreparedRequest,
	handler: SessionHandler,
): AnswerOnItsWay | undefined {
	if (mode === "sound") return new SoundAnswer(handler);
	const answer = {
		policyId,
		api: endpoint.api,
		mode,
		transcriptAs,
		isStructured,
		choices,
		surrogates,
		...(translation && { translation }),
	};
	return pool.openSession(answer, handler);
}
