#!/bin/sh
# Copy the browser packages named in package-lock.json into static/vendor, with their licences.
# The copies are committed: only who changes a version needs Node.
#   weui        the look of citizens' pages, familiar in China
#   zxing-wasm  reads codes where the browser has no reader of its own; the reader alone
#   uqr         draws the codes that a phone signs without network
#   echarts     the charts of officers' pages; drawn on a canvas, which asks nothing of the policy
#   idb         IndexedDB with promises: a phone's key and pass, a gate's lists and scans
set -eu
cd "$(dirname "$0")/.."

npm ci --ignore-scripts --no-audit --no-fund

# copy NAME [FOLDER:]FILE…: a package's files, into a folder of its copy if they stand in one.
copy() {
  name=$1 target=static/vendor/$1
  shift
  rm -rf "$target"
  for file in "$@"; do
    folder=$target/$(expr "$file" : '\([a-z]*\):' || true)
    mkdir -p "$folder"
    cp "node_modules/$name/${file#*:}" "$folder"
  done
}

copy weui dist/style/weui.min.css LICENSE.txt
copy zxing-wasm LICENSE reader:dist/es/reader/index.js reader:dist/reader/zxing_reader.wasm
copy uqr LICENSE dist/index.mjs
copy idb LICENSE build/index.js
copy echarts LICENSE NOTICE licenses:licenses/LICENSE-d3 dist/echarts.esm.min.mjs
mkdir -p static/vendor/echarts/zrender
cp node_modules/zrender/LICENSE static/vendor/echarts/zrender/LICENSE

# Left to itself zxing-wasm fetches its .wasm from a CDN: its copy knows no address but its own.
sed 's/`https:[^`]*`/t + e/' node_modules/zxing-wasm/dist/es/share.js \
  > static/vendor/zxing-wasm/share.js
cat > static/vendor/zxing-wasm/NOTICE <<'END'
zxing_reader.wasm is compiled from zxing-cpp (Apache License 2.0, the text of this project's own
LICENSE). In share.js the address of a CDN was replaced by the script's own folder.
END

if grep -rnE '//[a-z.]*(jsdelivr|unpkg|cdn|esm\.sh)' static/vendor --include='*.*js'; then
  echo "static/vendor: a package would fetch parts of itself from elsewhere" >&2
  exit 1
fi
if grep -q '"resolved"' package-lock.json; then
  echo "package-lock.json names a registry: npm install --omit-lockfile-registry-resolved" >&2
  exit 1
fi
