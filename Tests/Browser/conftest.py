import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from fixtures import fleet, servers  # noqa: E402, F401
from fleet import Ringd, free_port  # noqa: E402

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def ringd(tmp_path):
    """A running daemon that serves its pages on a free port."""
    port = free_port()
    daemon = Ringd(tmp_path / "data", "--http", f"127.0.0.1:{port}").start()
    daemon.url = f"http://127.0.0.1:{port}"
    yield daemon
    daemon.stop()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens pages and keeps what their console said against them."""
    contexts = []

    def open(url, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type in ("error", "warning") and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(url)
        return page

    yield open
    for context in contexts:
        context.close()
