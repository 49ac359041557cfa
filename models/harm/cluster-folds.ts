import type { Text } from "../injection/corpus.ts";
import type { Fold } from "../injection/folds.ts";

const FOLDS = 4;
/** Rows of HateCheck that follow each other are one template with other people in it. */
const TEMPLATE_ROWS = 7;

/**
 * Every source is learned in part: what is judged are texts whose template (HateCheck) or question (jailbroken answers) the
 * model has not seen. That is how much of a known kind of text it recognises; sources it does not know are judged apart.
 */
export function clusterFolds(texts: readonly Text[]): Fold[] {
	const foldOf = new Map(texts.map((text) => [text, text.set === "own" ? -1 : hash(clusterOf(text)) % FOLDS]));
	return Array.from({ length: FOLDS }, (_, fold) => ({
		origin: `part ${fold + 1} of ${FOLDS}`,
		judged: texts.filter((text) => foldOf.get(text) === fold),
		isLearned: (text) => foldOf.get(text) !== fold,
	}));
}

function clusterOf({ id, question }: Text): string {
	if (question !== undefined) return `question ${question}`;
	const template = /^(m?hc(?:-\D+)?)-(\d+)$/.exec(id);
	return template === null ? id.replace(/-refused$/, "") : `${template[1]}-${Math.floor((Number(template[2]) - 1) / TEMPLATE_ROWS)}`;
}

/** FNV-1a, mixed. */
function hash(text: string): number {
	let state = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
	return (state ^ (state >>> 15)) >>> 0;
}
