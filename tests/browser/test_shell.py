"""The frame of every page: the keyboard reaches the content first."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("width", ["page_desktop", "page_mobile"])
def test_first_tab_reaches_skip_link(width, request):
    page = request.getfixturevalue(width)
    assert page.goto("/").status == 200
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Vai al contenuto")
    page.keyboard.press("Enter")
    expect(page.locator("#contenuto")).to_be_focused()
