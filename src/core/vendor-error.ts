/** What an error of an upstream says in words that cannot carry text: applications decide by them. */
export interface VendorError {
	readonly type?: string;
	readonly code?: string;
	readonly param?: string;
	/** HTTP status that the error stands for, 400 to 599. */
	readonly status?: number;
}

/** Words alone, so nothing that was matched, and nothing of a prompt, can stand in them. */
const IDENTIFIER = /^(?=.{1,64}$)[A-Za-z]+(?:[_.-][A-Za-z]+)*$/;
const PARAMETER = /^(?=.{1,64}$)[a-z_]+(?:\.[a-z_]+|\[\d{1,4}\])*$/;

/** From the `error` object of any vendor's envelope. Its message may repeat the prompt, so it is not read. */
export function vendorErrorOf(error: unknown): VendorError {
	if (typeof error !== "object" || error === null) return {};
	const { type, code, status, param } = error as Readonly<Record<string, unknown>>;
	const name = [code, status].find((value) => typeof value === "string" && IDENTIFIER.test(value));
	const number = Number(code);
	return {
		...(typeof type === "string" && IDENTIFIER.test(type) && { type }),
		...(typeof name === "string" && { code: name }),
		...(typeof param === "string" && PARAMETER.test(param) && { param }),
		...(Number.isInteger(number) && number >= 400 && number <= 599 && { status: number }),
	};
}
