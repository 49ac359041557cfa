import type { LabelScores } from "../models/names-encoder.ts";
import { VIEWS, type View } from "../normalize/views.ts";
import type { Rule, RuleSet } from "../policy/policy.ts";
import type { Finding } from "../verdict/finding.ts";
import { LEFT_CONTEXT_BYTES } from "./confirm.ts";
import { createDetectorProgram, type Detection, Detector, type DetectorProgram, tailOf } from "./detector.ts";
import type { Engine } from "./engine.ts";
import { createEntityProgram, type EntityProgram, EntityScanner } from "./entity-scanner.ts";
import { looksIn } from "./looks-in.ts";
import { type Pending, PendingFindings } from "./pending-findings.ts";
import type { Piece } from "./piece.ts";
import type { ScannerState } from "./scanner-state.ts";
import { beginTail, type TailProgram, type TailState } from "./tail.ts";
import { OpenTails, TailRun } from "./tail-run.ts";
import type { IsOwn, ScannerProgram, TextScanner } from "./text-scanner.ts";
import { type ViewDetection, ViewScanner } from "./view-scanner.ts";
import { ViewSet } from "./view-set.ts";

/** Prepares everything that is per rule set; `open` makes one scanner per text. */
export function createScannerProgram(ruleSet: RuleSet, engine: Engine, allViews: readonly View[] = VIEWS): ScannerProgram {
	// A view that no rule looks in would still hold what it cannot decide yet.
	const views = ruleSet.normalize === false ? [] : allViews.filter((view) => ruleSet.rules.some((rule) => looksIn(rule, view)));
	const viewsOfText = views.filter(({ leastSeams }) => leastSeams === undefined);
	const program = createDetectorProgram(ruleSet, engine);
	const entities = createEntityProgram(ruleSet);
	return {
		open: (state, isOwn, isJson, said) => new Scanner(program, isJson === true ? views : viewsOfText, entities, state, isOwn, isJson, said),
	};
}

class Scanner implements TextScanner {
	readonly #program: DetectorProgram;
	readonly #original: Detector;
	readonly #views: ViewSet;
	readonly #entities: EntityScanner | undefined;
	readonly #openTails = new OpenTails();
	#release = 0;
	#taken = 0;
	#redactedUntil = 0;
	#cut = false;
	readonly #pending: PendingFindings;
	readonly #isOwn: IsOwn | undefined;
	readonly #isJson: boolean;
	readonly #passed: Finding[] = [];
	readonly #signals: Detection[] = [];

	constructor(
		program: DetectorProgram,
		views: readonly View[],
		entities: EntityProgram | undefined,
		state: ScannerState | undefined,
		isOwn: IsOwn | undefined,
		isJson = false,
		said?: LabelScores | "none",
	) {
		this.#isOwn = isOwn;
		this.#isJson = isJson;
		this.#program = program;
		this.#pending = new PendingFindings(program.rules);
		this.#original = new Detector(program, () => true, state?.release, state?.context);
		this.#entities = said === "none" ? undefined : entities && new EntityScanner(entities, this.#original, state?.entities, said);
		this.#views = new ViewSet(
			views.map((view, i) => new ViewScanner(view, i + 1, program, this.#original, this.#openTails, state?.views[i])),
		);
		if (state !== undefined) this.#restore(state);
	}

	get release(): number {
		return this.#release;
	}
	get end(): number {
		return this.#original.end;
	}
	get taken(): number {
		return this.#taken;
	}
	get isCut(): boolean {
		return this.#cut;
	}
	get findings(): readonly Finding[] {
		return this.#passed;
	}
	takeFindings(): readonly Finding[] {
		return this.#passed.splice(0);
	}
	get signals(): readonly Detection[] {
		return this.#signals;
	}

	write(bytes: Uint8Array): void {
		if (this.#cut || bytes.length === 0) return;
		const from = this.end;
		this.#original.append(bytes);
		this.#read(from);
		this.#scan();
		this.#advanceTails();
		const held = Math.min(this.#original.release, this.#views.release);
		this.#release = this.#entities === undefined ? held : Math.min(held, this.#entities.release);
	}

	finish(isPart = false): void {
		if (this.#cut) return;
		this.#add(this.#original.finish(isPart));
		this.#add(this.#entities?.finish() ?? []);
		for (const view of this.#views.all) this.#addSeen(view, view.finish(isPart));
		this.#advanceTails();
		this.#release = this.end;
	}

	take(upTo: number): Piece[] {
		const pieces: Piece[] = [];
		const limit = Math.min(upTo, this.#release);
		while (!this.#cut) {
			const next = this.#pending.next(limit);
			if (next === undefined) break;
			this.#giveClean(next.from, pieces);
			this.#pass(next, pieces);
		}
		if (!this.#cut) this.#giveClean(limit, pieces);
		this.pass(this.#taken);
		return pieces;
	}

	get isClean(): boolean {
		return !this.#cut && this.#redactedUntil <= this.#taken && this.#pending.isEmpty;
	}

	get cleanTo(): number {
		if (this.#cut || this.#redactedUntil > this.#taken) return this.#taken;
		return Math.min(this.#release, this.#pending.first);
	}

	pass(upTo: number): void {
		this.#taken = Math.max(this.#taken, upTo);
		this.#original.keepFrom = this.#taken;
		this.#views.released(this.#taken);
	}

	snapshot(): ScannerState {
		const at = this.#release;
		return {
			context: this.#original.bytes(at - LEFT_CONTEXT_BYTES, at),
			held: this.#original.bytes(at, this.end),
			release: at,
			redactedUntil: this.#redactedUntil,
			tails: this.#openTails.swallowing.map(({ run }) => ({ view: run.view, state: { ...run.state } })),
			cores: this.#original.cores.snapshot(at),
			views: this.#views.all.map((view) => view.state(at)),
			...(this.#entities && { entities: this.#entities.state(at) }),
		};
	}

	close(): void {
		this.#original.close();
		for (const view of this.#views.all) view.close();
	}

	/** Context and held bytes go to fresh streams; only matches that start in the held part are taken. */
	#restore(state: ScannerState): void {
		this.#release = state.release;
		this.#taken = state.release;
		this.#redactedUntil = state.redactedUntil;
		this.#original.append(state.held);
		this.#original.cores.restore(state.cores);
		this.#add(state.entities?.found ?? []);
		this.#scan();
		for (const { view, state: tail } of state.tails) {
			const program = (this.#program.tails[tail.rule] ?? this.#program.cores.tails[tail.rule]) as TailProgram;
			const run = this.#views.all[view - 1]?.runTail({ ...tail }, program);
			this.#openTails.add(run ?? this.#runTail({ ...tail }, program), undefined);
		}
	}

	/** Lets the views read; the original is scanned up to where one of them cannot decide yet. */
	#read(from: number): void {
		for (const { view, at } of this.#views.read(from)) {
			this.#add(this.#original.scan(at));
			view.pause(this.#openTails.list.length === 0 && !this.#pending.hasTails && this.#original.cores.isEmpty);
		}
	}

	#scan(): void {
		this.#add(this.#original.scan());
		for (const view of this.#views.awake) this.#addSeen(view, view.scan());
		if (this.#entities !== undefined) this.#add(this.#entities.scan());
	}

	#add(detections: readonly Detection[]): void {
		if (detections.length === 0) return;
		for (const detection of detections) {
			if (this.#isSignal(detection)) continue;
			if (this.#isKnown(detection, () => this.#original.text(detection.from, detection.to))) continue;
			const tail = tailOf(this.#program, detection);
			const begin = tail && (() => this.#runTail(beginTail(detection.rule, detection.to, tail), tail));
			this.#pending.add({ view: 0, text: undefined, beginTail: begin, ...detection });
		}
	}

	#addSeen(view: ViewScanner, detections: readonly ViewDetection[]): void {
		for (const detection of detections) {
			if (this.#isSignal(detection) || this.#isKnown(detection, () => detection.text)) continue;
			this.#pending.add({ view: view.index, ...detection });
		}
	}

	/** Whether it counts as no finding in this text. */
	#isKnown({ rule }: Detection, text: () => string): boolean {
		const { type, inCalls } = this.#program.rules[rule] as Rule;
		return (inCalls === true && !this.#isJson) || this.#isOwn?.(text(), type) === true;
	}

	/** Keeps it, if it is one. */
	#isSignal({ rule, from, to, score }: Detection): boolean {
		return this.#program.rules[rule]?.isSignal === true && this.#signals.push({ rule, from, to, score }) > 0;
	}

	#runTail(state: TailState, program: TailProgram): TailRun {
		return new TailRun(state, program, 0, this.#original, ({ to }) => to);
	}

	#advanceTails(): void {
		this.#pending.advanceTails();
		this.#redactedUntil = Math.max(this.#redactedUntil, this.#openTails.advance());
	}

	/** Gives out the clean bytes of `[taken, to)`; what lies in a redacted region is skipped. */
	#giveClean(to: number, pieces: Piece[]): void {
		const from = Math.max(this.#taken, this.#redactedUntil);
		if (from < to) pieces.push({ kind: "clean", from, bytes: this.#original.bytes(from, to) });
		this.#taken = Math.max(this.#taken, to);
	}

	#pass(finding: Pending, pieces: Piece[]): void {
		const { tails } = finding;
		// A tail's end may still be open, so it never counts as contained: the same for every chunking.
		const contained = tails.length === 0 && finding.to <= this.#redactedUntil;
		if (finding.action === "cut") {
			if (tails.length > 0) finding.to = finding.triggerEnd;
			// The text ends here; how far an overlapping tail had come by now depends on the chunking.
			for (const earlier of this.#passed) earlier.to = Math.min(earlier.to, finding.from);
			this.#passed.push(finding);
			this.#cut = true;
			return;
		}
		if (finding.action === "allow") return;
		for (const run of tails) if (run.state.open) this.#openTails.add(run, finding);
		if (contained) return;
		this.#passed.push(finding);
		if (finding.action === "flag") return;
		if (finding.from >= this.#redactedUntil) {
			const text = tails.length > 0 ? undefined : (finding.text ?? this.#original.text(finding.from, finding.to));
			const isDisguised = finding.view > 0;
			pieces.push({ kind: "redacted", from: finding.from, rule: this.#program.rules[finding.rule] as Rule, text, isDisguised });
		}
		this.#redactedUntil = Math.max(this.#redactedUntil, finding.to);
	}
}
