import type { Text } from "../injection/corpus.ts";

/** Kinds of harm, after the MLCommons taxonomy of hazards (AILuminate 1.0), as far as there is data to learn them from. */
export const HARMS = [
	"violence",
	"self_harm",
	"sexual",
	"child_abuse",
	"hate",
	"harassment",
	"weapons",
	"crime",
	"cybercrime",
	"privacy",
] as const;
export type Harm = (typeof HARMS)[number];

/** Labels of the corpora that mean one of our kinds. */
const OF_LABEL: Readonly<Record<string, Harm>> = {
	S: "sexual",
	S3: "child_abuse",
	H: "hate",
	H2: "hate",
	HR: "harassment",
	V: "violence",
	V2: "violence",
	SH: "self_harm",
	hate: "hate",
	toxic: "harassment",
	"catqa:Illegal Activity": "crime",
	"catqa:Economic Harm": "crime",
	"catqa:Fraud/Deception": "crime",
	"catqa:Child Abuse": "child_abuse",
	"catqa:Malware Viruses": "cybercrime",
	"catqa:Adult Content": "sexual",
	"catqa:Privacy Violation Activity": "privacy",
	"do-not-answer:malicious_uses": "crime",
};

/** What a text without a label of its kind is about, by its words: the first that fits. */
const OF_WORDS: readonly (readonly [RegExp, Harm])[] = [
	[/\b(?:child porn|minors?\b.*\bsex|pedophil|underage)/i, "child_abuse"],
	[/\b(?:bombs?|explosives?|firearms?|guns?|weapons?|grenades?|nerve agent)\b/i, "weapons"],
	[/\b(?:suicid|self-harm|kill (?:yourself|myself)|anorexi|bulimi|eating disorder)/i, "self_harm"],
	[/\b(?:hack|malware|ransomware|phishing|keylogger|virus|exploit|botnet|ddos)/i, "cybercrime"],
	[/\b(?:kill|murder|torture|kidnap|assassinat|poison|stab|mass shooting)/i, "violence"],
	[/\b(?:porn|sexual|nude|erotic)/i, "sexual"],
	[/\b(?:racis|sexis|jews|muslims|homophob|hate speech|inferior)/i, "hate"],
	[/\b(?:stalk|spy on|dox|track (?:someone|a person)|blackmail)/i, "privacy"],
	[/\b(?:steal|theft|fraud|counterfeit|launder|drugs?|meth|smuggl|forge|bribe|scam|tax(?:es)?|rob|burgl|shoplift|illegal)/i, "crime"],
];

/** Of a harmful text; empty where it is not known. */
export function harmsOf({ categories, kind, text }: Text): readonly Harm[] {
	const labelled = [...categories, kind].flatMap((label) => OF_LABEL[label] ?? []);
	if (labelled.length > 0) return labelled;
	const own = HARMS.find((harm) => kind === `own-${harm}`) ?? OF_WORDS.find(([words]) => words.test(text))?.[1];
	return own === undefined ? [] : [own];
}
