# Sourced by the training scripts, for --smoke.

# sample_corpora WORK PATTERN...: copies every 120th row of the corpora that match into WORK, and trains on those.
sample_corpora() {
	local work=$1 pattern set name
	shift
	for pattern in "$@"; do
		for set in "${CORPORA_DIR:?give the folder of the corpora}"/$pattern/dev.jsonl; do
			name=$(basename "$(dirname "$set")")
			mkdir -p "$work/corpora/$name"
			awk 'NR % 120 == 1' "$set" >"$work/corpora/$name/dev.jsonl"
		done
	done
	export CORPORA_DIR=$work/corpora SMOKE=1
}
