"""A headless Chromium, and a page of it in one of several views."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

VIEWS = {
    "phone": (390, 844),
    "small": (320, 640),
    "tablet": (820, 1180),
    "desktop": (1280, 900),
    "wide": (1440, 900),
}
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def opened_browser(profile: Path) -> Chrome:
    """Open a browser with a profile of its own; a test that asks for one is skipped where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        pytest.skip("Chromium and chromedriver are not installed; the web pages are not opened in a browser")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = chromium
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # A path is given, so that selenium does not look for a driver on the network.
    return Chrome(options=options, service=Service(chromedriver))


class Page:
    """One document in one view."""

    def __init__(self, browser: Chrome, path: Path) -> None:
        self.browser = browser
        self.path = path

    def open(self, view: str = "desktop", *, dark: bool = False) -> Page:
        width, height = VIEWS[view]
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
        self.browser.get(self.path.as_uri())
        return self

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.browser, duration=0).send_keys(*keys).perform()
