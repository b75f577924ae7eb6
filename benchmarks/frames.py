"""`python -m benchmarks.frames`: does the coloured frame cost readings?

The citizen's page as a phone shows it (green, yellow, red; a live pass and a presentation of full
length) against the same text bare, black on white, module for module of one size. Both are seen by
the same bad camera: each pair has one draw of blur, noise, tilt, light or compression. Read by
zxing-cpp. Ends with 1 if the page is read more than two points less often anywhere.
"""

import argparse
import os
import subprocess
import sys

from config.environment import PROJECT, kept_secrets

#: Settings ask for both; nothing here connects to either.
NOWHERE = {"DATABASE_URL": "postgres://nobody@localhost/none", "BROKER_URL": "memory://"}


def main() -> int:
    """Measure in a process that has Django set up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="for each condition and text")
    parser.add_argument("--keep", default="", help="a folder for a few of the spoiled frames")
    given = parser.parse_args()
    environment = os.environ | kept_secrets("test") | NOWHERE
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    command = [sys.executable, "-m", "benchmarks.framing", str(given.pairs), given.keep]
    return subprocess.run(command, cwd=PROJECT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
