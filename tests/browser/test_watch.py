"""The watch and the accessibility check see what they are there to see."""

import re

import pytest

from tests.browser.conftest import Watch

HOST = "portal.example.org"
PAGE = "<!doctype html><html lang='it'><title>Prova</title><main><h1>Prova</h1>{}</main></html>"


@pytest.fixture
def served(browser):
    """Serves one page from an invented host, without any network; gives the watch."""
    context = browser.new_context()

    def serve(body: str, policy: str = "default-src 'self'") -> Watch:
        page = context.new_page()
        watch = Watch(page, HOST)
        page.route(re.compile("."), lambda route: route.abort())
        answer = {
            "body": PAGE.format(body),
            "content_type": "text/html",
            "headers": {"Content-Security-Policy": policy},
        }
        page.route(f"http://{HOST}/", lambda route: route.fulfill(**answer))
        page.goto(f"http://{HOST}/", wait_until="load")
        watch.page = page
        return watch

    yield serve
    context.close()


def test_quiet_page_has_no_offence(served):
    assert served("<p>Tutto bene.</p>").offences == []


@pytest.mark.parametrize(
    ("body", "policy", "told"),
    [
        ("<script>1</script>", "default-src 'self'", "Content Security Policy"),
        ("<p style='color:red'>x</p>", "default-src 'self'", "Content Security Policy"),
        ("<script>console.error('guasto')</script>", "script-src 'unsafe-inline'", "console: guasto"),
        ("<script>throw Error('rotto')</script>", "script-src 'unsafe-inline'", "exception: rotto"),
        ("<img alt='' src='http://other.example.org/a.png'>", "img-src *", "http://other.example.org/a.png"),
    ],
)
def test_offence_is_noted(served, body, policy, told):
    assert told in " ".join(served(body, policy).offences)


def test_accessible_page_passes(served, check_accessibility):
    check_accessibility(served("<p>Tutto bene.</p>").page)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<img src='a.png'>", "image-alt"),
        ("<form><input name='q'></form>", "label"),
        ("<h3>Salto</h3>", "heading-order"),
    ],
)
def test_inaccessible_page_is_told(served, check_accessibility, body, told):
    with pytest.raises(AssertionError, match=told):
        check_accessibility(served(body).page)
