#!/usr/bin/env bash
# CORPORA_DIR=… npm run train:second-stage -- [--smoke] BASE [WORK]: trains the second stage and puts it in the place of the shipped one.
# BASE: folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2. PYTHON has torch, safetensors, onnx and onnxruntime.
# --smoke: the same steps with a sample of the data, one layer and one epoch, a minute on a core; the result stays in WORK and is worth nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../sample-corpora.sh"
smoke=
if [ "${1:-}" = --smoke ]; then
	smoke=1
	shift
fi
base=${1:?give the folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2 (README.md says where it is from)}
work=${2:-$(mktemp -d)}
target=$here
mkdir -p "$work"
if [ -n "$smoke" ]; then
	target=$work/model
	mkdir -p "$target"
	sample_corpora "$work" "*"
fi
npx tsx "$here/write-vocabulary.ts" "$base/vocab.txt" "$work/vocabulary.txt"
npx tsx "$here/write-examples.ts" "$work/vocabulary.txt" "$work"
"${PYTHON:-python3}" "$here/train.py" "$base" "$work" "$work/out"
cp "$work/out/model.onnx" "$work/vocabulary.txt" "$target/"
npx tsx "$here/write-weights.ts" "$work/out" "$target"
npx tsx "$here/try.ts" "$target"
