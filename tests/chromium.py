"""Finding the system's Chromium, or installing it where that is allowed."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "apt-get install --yes --no-install-recommends chromium"
# The sandbox needs rights a container does not have; the rest keeps Chromium from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = f"no Chromium here; `sudo {INSTALL}` enables the browser tests"


def find() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def find_or_install() -> str | None:
    """Like `find`, but root on a Debian machine installs it first."""
    if (found := find()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print("Installing Chromium for the browser tests …", flush=True)
    for command in ("apt-get update --quiet", INSTALL):
        subprocess.run(
            command.split(), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    return find()
