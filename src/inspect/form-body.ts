import { fileKindOf } from "../providers/embedded-data.ts";
import { type Form, type FormFile, formType, readForm, writeForm } from "../wire/form-data.ts";

/** A form as JSON, so that it is read and inspected as any other request. */
export interface FormBody {
	readonly ok: true;
	/** Fields are strings, those of a list (`include[]`) lists of them, `stream` is true or false, and the file is its name. */
	readonly json: string;
	readonly value: Readonly<Record<string, unknown>>;
	/** The form that says another such JSON. */
	readonly write: (json: string) => Uint8Array;
	readonly contentType: string;
}

export interface FormFault {
	readonly ok: false;
	readonly message: string;
	readonly param: string | null;
}

const NO_FORM = "The request body is not a form. Send multipart/form-data with a 'file', and text as UTF-8.";
const NO_FILE = "'file' must be there: a file of sound, with a name.";
const TWICE = "The form has a field twice. Send each once, and lists under a name that ends in [].";
const OTHER_FILE = "The form has another file than 'file', or several. Send one.";
const NO_SOUND = "'file' must be a file of sound: text and documents are not spoken.";

/** A form with one file of sound, which nobody reads. What its name and its type may say of it is the kind of sound, and no more. */
export function readFormBody(body: Uint8Array): FormBody | FormFault {
	const fault = (message: string, param: string | null = null): FormFault => ({ ok: false, message, param });
	const form = readForm(body);
	if (form === undefined) return fault(NO_FORM);
	const [file, other] = form.files;
	if (file?.field !== "file" || other !== undefined) return fault(file === undefined ? NO_FILE : OTHER_FILE, "file");
	if (fileKindOf(Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)) !== "media") return fault(NO_SOUND, "file");
	const value = valuesOf(form.fields);
	if (value === undefined || "file" in value) return fault(TWICE);
	const sound = plainFile(file);
	Object.assign(value, { file: sound.filename });
	return {
		ok: true,
		json: JSON.stringify(value),
		value,
		write: (json) => written(form, sound, JSON.parse(json)),
		contentType: formType(form),
	};
}

type Values = Record<string, string | boolean | string[]>;

/** Undefined where a name comes twice that is no list's. */
function valuesOf(fields: Form["fields"]): Values | undefined {
	const values: Values = Object.create(null);
	for (const [name, value] of fields) {
		const before = values[name];
		if (name.endsWith("[]")) values[name] = [...(Array.isArray(before) ? before : []), value];
		else if (before !== undefined) return undefined;
		else values[name] = name === "stream" && /^(?:true|false)$/i.test(value) ? value.toLowerCase() === "true" : value;
	}
	return values;
}

function written(form: Form, file: FormFile, { file: _, ...values }: Values): Uint8Array {
	const fields = Object.entries(values).flatMap(([name, value]) =>
		[value].flat().map((one): [name: string, value: string] => [name, String(one)]),
	);
	return writeForm({ ...form, fields, files: [file] });
}

/** Servers choose how to decode by the end of the name. */
function plainFile({ filename, type, ...file }: FormFile): FormFile {
	const [, ending] = /\.([a-z\d]{2,5})$/i.exec(filename) ?? [];
	return {
		...file,
		filename: `audio${ending === undefined ? "" : `.${ending.toLowerCase()}`}`,
		type: /^(?:audio|video)\/[\w.+-]{1,32}$/.test(type) ? type : "application/octet-stream",
	};
}
