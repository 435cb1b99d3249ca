import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from fleet import Memcached, Ringd, free_port  # noqa: E402

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def servers():
    """Makes memcached servers, and stops what is left of them afterwards."""
    made = []

    def make(count, **options):
        fresh = [Memcached(**options) for _ in range(count)]
        made.extend(fresh)
        return fresh

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def ringd(tmp_path):
    """A running daemon that serves its pages on a free port."""
    port = free_port()
    daemon = Ringd(tmp_path / "data", "--http", f"127.0.0.1:{port}").start()
    daemon.url = f"http://127.0.0.1:{port}"
    yield daemon
    daemon.stop()


@pytest.fixture
def fleet(ringd, servers):
    """A running daemon with servers in its pool, named cache-1 and up."""

    def make(count, *options):
        made = servers(count)
        for number, server in enumerate(made, 1):
            ringd.ctl("node", "add", f"cache-{number}", server.address, "-y", *options)
        return ringd, made

    return make


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
