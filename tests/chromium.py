"""Finding a browser that Playwright can drive, or installing it where that is allowed."""

import os
import shutil
import subprocess

from playwright._impl._driver import compute_driver_executable

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Playwright's driver is a Node program, and that needs libatomic, which a bare Debian lacks.
PACKAGES = "chromium libatomic1 fonts-noto-cjk"
INSTALL = f"apt-get install --yes --no-install-recommends {PACKAGES}"
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
NO_FONT = f"no Chinese font here, as every phone has; `sudo {INSTALL}` brings one"
MISSING = f"no Chromium that can be driven here; `sudo {INSTALL}` enables the browser tests"


def find() -> str | None:
    """The path of a Chromium on this machine, if Playwright's driver runs here too."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found if found and _driver_runs() else None


def find_or_install() -> str | None:
    """Like `find`, but root on a Debian machine installs what is missing first, a font too."""
    found = find()
    if (found and has_chinese_font()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    print("Installing Chromium for the browser tests …", flush=True)
    for command in ("apt-get update --quiet", INSTALL):
        if not _carried_out(command):
            break
    return find()


def has_chinese_font() -> bool:
    """Whether pages look here as on a phone; without one, letters are wider and signs are boxes."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True).stdout)


def _driver_runs() -> bool:
    node, _ = compute_driver_executable()
    return subprocess.run([node, "--version"], capture_output=True).returncode == 0


def _carried_out(command: str) -> bool:
    """Run a command without a question; what it says is shown only if it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command.split(),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout[-2000:])
    return done.returncode == 0
