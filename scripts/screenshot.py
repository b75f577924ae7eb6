"""`python scripts/screenshot.py`: the picture of the citizen's page in the README.

Asks the running demo (`make demo`, PORT as there) for its story, signs in as its citizen in a
phone-sized Chromium and writes docs/img/citizen.png.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tests import chromium  # noqa: E402

TARGET = PROJECT / "docs" / "img" / "citizen.png"
PHONE = {
    "viewport": {"width": 390, "height": 760},
    "device_scale_factor": 2,
    "is_mobile": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}


def main() -> None:
    """Take the picture."""
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*chromium.FLAGS]
        )
        page = browser.new_context(**PHONE).new_page()
        _sign_in(page, address, _phone())
        page.wait_for_selector("#code")
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=TARGET)
        browser.close()


def _phone() -> str:
    command = [sys.executable, "-m", "config.manage", "demo", "demo_story", "--json"]
    told = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    return str(json.loads(told.stdout)["people"]["close"]["phone"])


def _sign_in(page: Page, address: str, phone: str) -> None:
    page.goto(f"{address}/signin/")
    page.fill("input[name=phone]", phone)
    page.press("input[name=phone]", "Enter")
    page.fill("input[name=code]", page.inner_text(".demo__code"))
    page.click("button[value=verify]")


if __name__ == "__main__":
    main()
