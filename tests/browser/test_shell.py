"""The frame of every page: accessible at both widths, and the keyboard reaches the content first."""

import pytest


@pytest.mark.parametrize("width", ["page_desktop", "page_mobile"])
def test_home_is_accessible(width, request, check_accessibility):
    page = request.getfixturevalue(width)
    assert page.goto("/").status == 200
    check_accessibility(page)


@pytest.mark.parametrize("width", ["page_desktop", "page_mobile"])
def test_first_tab_reaches_skip_link(width, request):
    page = request.getfixturevalue(width)
    assert page.goto("/").status == 200
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.inner_text().strip() == "Vai al contenuto"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "contenuto"


@pytest.mark.parametrize("width", ["page_desktop", "page_mobile"])
def test_home_does_not_scroll_sideways(width, request):
    page = request.getfixturevalue(width)
    assert page.goto("/").status == 200
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
