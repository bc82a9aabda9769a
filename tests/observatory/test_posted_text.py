"""The charset of what is posted: UTF-8 alone."""

import pytest

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded; charset="


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "latin1", "rot13", "idna", "nothing"])
@pytest.mark.parametrize("path", ["/accesso/", "/en/accesso/", "/valutazione/", "/admin/login/"])
def test_other_charset_is_refused(client, path, charset):
    response = client.generic("POST", path, b"login=a", content_type=FORM + charset)
    assert response.status_code == 415
    assert "UTF-8" in response.content.decode()


def test_api_refuses_another_charset_with_problem_details(client):
    response = client.generic(
        "POST", "/api/v1/projects", b"{}", content_type="application/json; charset=utf-7"
    )
    assert (response.status_code, response["Content-Type"]) == (415, "application/problem+json")


@pytest.mark.parametrize("charset", ["UTF-8", '"utf-8"', "utf8"])
def test_utf_8_is_read(client, charset):
    response = client.generic("POST", "/accesso/ingresso/", b"login=a", content_type=FORM + charset)
    assert response.status_code != 415
