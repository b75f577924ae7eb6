#!/bin/sh
# Make .venv from requirements/$1.txt (base or dev), with hashes, unless it is up to date.
# dev holds all of base, so an up-to-date dev environment serves for base too.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

stamp_of() { echo ".venv/$1-$(sha256sum <"requirements/$1.txt" | cut -c1-16).stamp"; }
for wanted in "$1" dev; do
  if [ -e "$(stamp_of "$wanted")" ] && [ -x .venv/bin/python ]; then exit 0; fi
done

if [ -d .venv ] && [ ! -w .venv ]; then
  echo ".venv belongs to another user: remove it, or run as that user" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Python 3.11 or later is needed; PYTHON=python3.12 make … names another one" >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "python3-venv is missing: apt-get install python3-venv" >&2
  exit 1
fi

echo "Installing requirements/$1.txt into .venv …"
rm -rf .venv
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
  --only-binary :all: -r "requirements/$1.txt"
touch "$(stamp_of "$1")"
