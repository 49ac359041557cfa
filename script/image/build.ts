import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { assignments, createContextFilter, execForm, type Instruction } from "./dockerfile.ts";
import { fail, type Root, step } from "./root.ts";

/** A stage as far as its instructions have come. */
export interface Stage {
	readonly root: Root;
	cwd: string;
	user: string;
	env: Record<string, string>;
	entrypoint: readonly string[];
	command: readonly string[];
	health: readonly string[];
}

/** Carries out the instructions, each stage in the root that `baseOf` gives for the name of its base image. Returns the last stage. */
export function build(instructions: readonly Instruction[], baseOf: (image: string, index: number) => Root): Stage {
	const stages: { readonly name: string; readonly stage: Stage }[] = [];
	const args: Record<string, string> = {};
	for (const { keyword, rest } of instructions) {
		if (keyword === "ARG") Object.assign(args, assignments(rest));
		else if (keyword === "FROM") stages.push(from(rest, args, stages.length, baseOf));
		else carryOut(keyword, rest, stages);
	}
	return stages.at(-1)?.stage ?? fail("the Dockerfile has no stage");
}

function from(rest: string, args: Readonly<Record<string, string>>, index: number, baseOf: (image: string, index: number) => Root) {
	const [reference = "", , name = ""] = rest.split(/\s+/);
	const image = reference.replace(/\$\{(\w+)\}/g, (_all, arg: string) => args[arg] ?? fail(`ARG ${arg} has no default`));
	step(`FROM ${image}`);
	const stage: Stage = { root: baseOf(image, index), cwd: "/", user: "0:0", env: {}, entrypoint: [], command: [], health: [] };
	return { name, stage };
}

function carryOut(keyword: string, rest: string, stages: readonly { readonly name: string; readonly stage: Stage }[]): void {
	const stage = stages.at(-1)?.stage ?? fail(`${keyword} before FROM`);
	switch (keyword) {
		case "LABEL":
		case "EXPOSE":
			return;
		case "WORKDIR":
			stage.cwd = rest;
			return mkdirSync(stage.root.at(rest), { recursive: true }) as undefined;
		case "ENV":
			return void Object.assign(stage.env, assignments(rest));
		case "USER":
			stage.user = rest;
			return;
		case "RUN":
			step(`RUN ${rest.replace(/\s+/g, " ").slice(0, 100)}`);
			return stage.root.must(rest, stage);
		case "COPY":
			return copy(rest, stage, (name) => stages.find((candidate) => candidate.name === name)?.stage ?? fail(`there is no stage ${name}`));
		case "HEALTHCHECK":
			stage.health = execForm(rest);
			return;
		case "ENTRYPOINT":
			stage.entrypoint = execForm(rest);
			return;
		case "CMD":
			stage.command = execForm(rest);
			return;
		default:
			return fail(`the check does not know the instruction ${keyword}: teach it in script/image/build.ts`);
	}
}

function copy(rest: string, stage: Stage, stageNamed: (name: string) => Stage): void {
	const words = rest.split(/\s+/);
	const option = words[0]?.startsWith("--from=") ? words.shift() : undefined;
	const target = words.pop() ?? "";
	const to = stage.root.at(target.startsWith("/") ? target : join(stage.cwd, target));
	step(`COPY ${rest}`);
	for (const source of words) {
		const place = target.endsWith("/") ? join(to, basename(source)) : to;
		if (option !== undefined) copyTree(stageNamed(option.slice("--from=".length)).root.at(source), place);
		else for (const file of contextFiles(source)) copyTree(file, file === source ? place : join(to, file.slice(source.length)));
	}
}

function copyTree(from: string, to: string): void {
	if (!existsSync(from)) fail(`COPY: there is no ${from}`);
	cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** What a build would be sent of the working tree below `source`: what git knows or would add, less what `.dockerignore` keeps out. */
function contextFiles(source: string): string[] {
	const listed = spawnSync("git", ["ls-files", "-co", "--exclude-standard", source], { encoding: "utf8" }).stdout;
	const isSent = createContextFilter(readFileSync(".dockerignore", "utf8"));
	const files = listed.split("\n").filter((file) => file !== "" && existsSync(file) && statSync(file).isFile() && isSent(file));
	return files.length > 0 ? files : fail(`COPY: ${source} is not in the build context`);
}
