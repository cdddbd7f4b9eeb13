#!/usr/bin/env bash
# Writes src/engine/onnx/generated from onnx.proto. Needs protoc (Debian's protobuf-compiler 3.21 will do) and, the first
# time, the network: the generator is no dependency, as its output is kept under version control.
set -euo pipefail
cd "$(dirname "$0")/.."
GENERATOR=@bufbuild/protoc-gen-es@2.17.0 # the version of @bufbuild/protobuf in package.json

command -v protoc > /dev/null || {
  echo "generate-onnx: protoc is missing; expected it on the PATH. Install protobuf-compiler." >&2
  exit 1
}
npx --yes --package="$GENERATOR" -c 'protoc -I src/engine/onnx --plugin="$(command -v protoc-gen-es)" \
  --es_out src/engine/onnx/generated --es_opt target=ts,import_extension=js onnx.proto'
