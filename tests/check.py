"""`python -m tests.check`: everything that can be judged without running the tests."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config import embedded
from config.environment import PROJECT, kept_secrets
from tests.run import SETTINGS, see_to_signing_keys

CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "floors": ["lint-imports"],
    "types": ["mypy", "accounts", "healthcode", "tracing", "config"],
    "templates": ["djlint", "--quiet", "--lint", "templates"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "production settings": ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}
# What a deployment sets beside its secrets; no default stands in for it.
PRODUCTION = {
    "HEALTHCODE_ENV": "production",
    "ALLOWED_HOSTS": "health.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://health.example.org",
    "HEALTHCODE_SMS_GATEWAY_URL": "https://sms.example.org/send",
    "HEALTHCODE_SMS_GATEWAY_TOKEN": "checked, not used",
}


def main() -> int:
    """Run every check, also after one has failed; 0 if all are clean."""
    with embedded.running("test", fsync=False) as urls:
        environment = os.environ | SETTINGS | kept_secrets("test") | urls
        see_to_signing_keys(environment)
        failed = [name for name in CHECKS if not _passes(name, environment)]
    if failed:
        print(f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}")
    return bool(failed)


def _a_signer_has_the_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The web server of a deployment finds the public files only."""
    own = Path(environment["HEALTHCODE_KEYS_DIR"])
    public = own.with_name(f"{own.name}-public")
    shutil.copytree(own, public, ignore=shutil.ignore_patterns("*.pem"), dirs_exist_ok=True)
    socket = "/run/healthcode/signer.sock"
    return {"HEALTHCODE_KEYS_DIR": str(public), "HEALTHCODE_SIGNER": socket}


def _passes(name: str, environment: Mapping[str, str]) -> bool:
    """Run one check; what it says is shown only if it is not clean."""
    program, *arguments = CHECKS[name]
    if name == "production settings":
        environment = {**environment, **PRODUCTION, **_a_signer_has_the_keys(environment)}
        del environment["DJANGO_ALLOW_ASYNC_UNSAFE"]  # the tests' own, see tests.run
    started = time.monotonic()
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    clean = done.returncode == 0
    print(f"{'ok  ' if clean else 'FAIL'} {name} ({time.monotonic() - started:.0f} s)", flush=True)
    if not clean:
        print(done.stdout)
    return clean


if __name__ == "__main__":
    sys.exit(main())
