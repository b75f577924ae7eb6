#!/bin/sh
# Copy the browser packages named in package-lock.json into static/vendor, with their licences.
# The copies are committed: only who changes a version needs Node.
set -eu
cd "$(dirname "$0")/.."

npm ci --ignore-scripts --no-audit --no-fund

rm -rf static/vendor/weui
mkdir -p static/vendor/weui
cp node_modules/weui/dist/style/weui.min.css node_modules/weui/LICENSE.txt static/vendor/weui/

if grep -q '"resolved"' package-lock.json; then
  echo "package-lock.json names a registry: npm install --omit-lockfile-registry-resolved" >&2
  exit 1
fi
