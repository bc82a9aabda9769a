"""The frame of every page: the keyboard reaches the content first."""

import pytest


@pytest.mark.parametrize("width", ["page_desktop", "page_mobile"])
def test_first_tab_reaches_skip_link(width, request):
    page = request.getfixturevalue(width)
    assert page.goto("/").status == 200
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.inner_text().strip() == "Vai al contenuto"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "contenuto"
