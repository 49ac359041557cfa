#!/usr/bin/env bash
# CORPORA_DIR=… npm run train:second-stage -- BASE [WORK]: trains the second stage and puts it in the place of the shipped one.
# BASE: folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2. PYTHON has torch, safetensors, onnx and onnxruntime.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
base=${1:?give the folder with model.safetensors and vocab.txt of all-MiniLM-L6-v2 (README.md says where it is from)}
work=${2:-$(mktemp -d)}
mkdir -p "$work"
npx tsx "$here/write-vocabulary.ts" "$base/vocab.txt" "$work/vocabulary.txt"
npx tsx "$here/write-examples.ts" "$work/vocabulary.txt" "$work"
"${PYTHON:-python3}" "$here/train.py" "$base" "$work" "$work/out"
cp "$work/out/model.onnx" "$work/vocabulary.txt" "$here/"
npx tsx "$here/write-weights.ts" "$work/out"
