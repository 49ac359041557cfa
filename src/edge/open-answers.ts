/** Answers that a listener is still writing. */
export class OpenAnswers {
	#count = 0;
	#onNone: (() => void) | undefined;

	begin(): void {
		this.#count++;
	}

	/** Once for each `begin`. */
	end(): void {
		this.#count--;
		if (this.#count === 0) this.#onNone?.();
	}

	/** Resolves when none is open, at the latest after `ms`. */
	async none(ms: number): Promise<void> {
		if (this.#count === 0) return;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#onNone = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}
