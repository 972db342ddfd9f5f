#!/usr/bin/env bash
# The page tests drive a real Chromium. Finds one, else installs Debian's when root, else says what to do.
# Chinese text needs no font of the system: the pages bring Noto Sans SC as their last resort.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then
    exit 0
  fi
done

line="apt-get install -y --no-install-recommends chromium"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "no Chromium found: $line"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $line -qq
  command -v chromium >/dev/null && exit 0
fi
echo "The page tests need Chromium; install it with:  sudo $line" >&2
exit 1
