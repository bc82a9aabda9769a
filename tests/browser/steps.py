"""What several browser tests do on a page. Each wait is for a condition, bounded by `PATIENCE`."""

import time

from tests import builders
from tests.browser.conftest import PATIENCE

NEXT_FRAME = "() => new Promise((resolve) => requestAnimationFrame(() => resolve()))"


def press(page, name: str, **options) -> None:
    """Click the button of this name and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, **options).click()


def fill_sign_in(page, email: str, password: str = builders.PASSWORD) -> None:
    """Sign in on the sign-in page, and wait for the page that follows."""
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()


def sign_in(page, email: str, password: str = builders.PASSWORD) -> None:
    """Open the sign-in page, sign in, and wait for the page that follows."""
    page.goto("/accesso/")
    fill_sign_in(page, email, password)


def tab_to(page, selector: str, *, key: str = "Tab", limit: int = 150) -> None:
    """Move with the keyboard until an element that matches `selector` has the focus."""
    for _step in range(limit):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} is not reached with {key}")


def wait_until(page, condition: str) -> None:
    """Until this expression is true in the page, looked at once a frame.

    Playwright's own `wait_for_function` evaluates text in the page: the Content-Security-Policy forbids it.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never true: {condition}"
        page.evaluate(NEXT_FRAME)
