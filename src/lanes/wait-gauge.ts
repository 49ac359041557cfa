/** How long work waits in a queue that is answered in its order: follows one piece of it at a time, so it costs next to nothing. */
export class WaitGauge {
	#posted = 0;
	#answered = 0;
	#followed: { readonly number: number; readonly at: number } | undefined;
	#lastMs = 0;

	posted(): void {
		this.#posted++;
		this.#followed ??= { number: this.#posted, at: performance.now() };
	}

	answered(count: number): void {
		this.#answered += count;
		if (this.#followed === undefined || this.#answered < this.#followed.number) return;
		this.#lastMs = performance.now() - this.#followed.at;
		this.#followed = undefined;
	}

	/** ms from posting to answer, as last seen; more while the piece that is followed has waited longer. 0: nothing waits. */
	get waitMs(): number {
		if (this.#followed === undefined) return this.#posted === this.#answered ? 0 : this.#lastMs;
		return Math.max(this.#lastMs, performance.now() - this.#followed.at);
	}
}
