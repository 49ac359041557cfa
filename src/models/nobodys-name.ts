import type { Entity } from "./entity-labels.ts";
import { plainWord } from "./token-text.ts";

/** How a prompt begins that says whom the model is to play: its end stands before a blank. */
const ROLE =
	/^\P{L}*(?:(?:i want|i'd like|i need) you to |please |now |let'?s |can you |could you )*(?:you(?:'re| are| will be)|act(?:ing)? (?:as|like)|role-?\s?play(?:ing)? (?:as|with)|(?:pretend|imagine)(?: that)? you(?:'re| are)|pretend to be|imagine being|assume the role of|play the role of|(?:behave|speak) (?:as|like)|respond as|du bist|stell dir vor,? du (?:bist|wärst)|tu es|agis comme|eres|actúa como)(?= )/iu;
/**
 * A name of two words right behind it: no word that leads to somebody else (`You are an assistant of`, `You are writing to`)
 * and no article (`a Senior Engineer`) in between.
 */
const ITS_NAME =
	/^(?: (?!(?:for|of|at|to|with|from|by|in|on|about|named|called|von|für|bei|mit|an|de|du|des|pour|chez|avec|para|con|en)[ ,]|\p{L}+ing[ ,])\p{Ll}[\p{L}-]*,?){0,8}(?<! (?:a|an|the|ein|eine|un|une|una|el|la|le)),? (?:(?:Dr|Mr|Mrs|Ms|Prof|Sir|Captain|Detective|Professor|Doctor|Agent|Chef|Coach)\.? )?\p{Lu}[\p{L}'’.-]+ \p{Lu}[\p{L}'’-]/u;

/** A line of a table that ends with a number. */
const ROW = /(?:\t| {3}|\|) *[\d.,]+ *(?:\| *)?$/gmu;

/**
 * Whether a span is nobody's data, however sure the model is of it: the model sees single words, and some things are said by
 * the form of the whole. `segment` is the text it stands in.
 */
export function isNobodys(entity: Entity, segment: string, from: number, to: number): boolean {
	const value = segment.slice(from, to);
	// The model knows no Cyrillic names.
	if (value.split(/[\s-]+/).some((word) => /\p{Script=Cyrillic}/u.test(plainWord(word)))) return true;
	if (entity === "address") return !/\p{L}/u.test(value) || (value.match(ROW)?.length ?? 0) > 1;
	if (entity === "place") return false;
	// In small letters an organisation is a word like others, and a name of one word is, too.
	if ((entity === "organization" || isLone(value)) && !/[\p{Lu}\d]/u.test(value)) return true;
	return isOfRole(segment.slice(0, to));
}

/** A name of a single word. */
export function isLone(value: string): boolean {
	return /^[^\s-]+$/.test(value);
}

/** Whether a sentence up to its end says whom the model is to play: that one, and whom he works for, is a character. */
function isOfRole(sentence: string): boolean {
	const opening = ROLE.exec(sentence)?.[0];
	return opening !== undefined && ITS_NAME.test(sentence.slice(opening.length));
}
