#!/usr/bin/env bash
# CORPORA_DIR=… npm run train:names-encoder -- [--smoke] BASE [WORK]: trains the encoder and puts it in the place of the shipped one.
# BASE: folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2. PYTHON has torch, safetensors, onnx and onnxruntime.
# --smoke: the same steps with a sample of the data and one layer, some minutes on a core; the result stays in WORK and is worth nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../sample-corpora.sh"
smoke=
if [ "${1:-}" = --smoke ]; then
	smoke=1
	shift
fi
base=${1:?give the folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2 (../second-stage/README.md says where it is from)}
work=${2:-$(mktemp -d)}
target=$here
mkdir -p "$work"
if [ -n "$smoke" ]; then
	target=$work/model
	mkdir -p "$target"
	sample_corpora "$work" "pii-*" "benign-*"
fi
npx tsx "$here/write-windows.ts" "$base/vocab.txt" "$work"
"${PYTHON:-python3}" "$here/train-encoder.py" "$base" "$work" "$work/out"
cp "$work/out/encoder.onnx" "$work/out/held-out.bin.gz" "$work/vocabulary.txt" "$target/"
