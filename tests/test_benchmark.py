"""`make bench`: the peers have the rows of the portal, and the report computes its ratios."""

import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from django.http import QueryDict

from cards.search.query import find, parse
from demo.bulk_load import generate
from tests import builders

FOLDER = Path(__file__).resolve().parent.parent / "tools" / "bench"


@pytest.fixture(autouse=True)
def tools(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    # Their names are too plain to stay among the modules of the other tests.
    for name in ("fill", "tables", "report", "questions"):
        sys.modules.pop(name, None)


@pytest.mark.django_db
def test_peers_count_what_the_portal_counts(tmp_path):
    import fill
    import tables

    builders.piedmont()
    generate(120, seed=1)
    url = f"sqlite:///{tmp_path}/peer.sqlite3"
    assert fill.fill(url) == 120
    cards = find(parse(QueryDict("area=mobility&stage=completed"))[0])
    code = fill.questions()["codes"][0]
    statements = tables.raw("facets", 120, code)
    with closing(tables.connect(url)) as peer:
        answers = [peer.execute(statement).fetchall() for statement in statements]
        assert peer.execute(tables.raw("detail", 120, code)[0]).fetchone()[1] == code
        newest = [row[1] for row in peer.execute(tables.raw("list", 120, code)[0])]
    assert answers[0] == [(cards.count(),)]
    assert cards.count() > 0
    ours = cards.facets(("year", "funding_source"))
    assert dict(answers[2]) == ours["year"]
    assert dict(answers[3]) == ours["funding_source"]
    # The peers have one municipality for each project, the portal those of joint projects too.
    assert dict(answers[5]) == Counter(card.municipality_code for card in cards)
    assert newest == [card.code for card in find(parse(QueryDict(""))[0])[:20]]


def test_report_divides_by_the_empty_view_and_by_the_portal(tmp_path):
    import report

    def figures(p50, rate, cpu):
        return {str(n): {"p50": p50, "p95": p50 * 2, "rate": rate, "cpu": cpu} for n in (1, 8, 32)}

    published = {"p50": 20, "p95": 40, "max": 300, "stale": 0}
    published |= {"withdrawal p50": 7, "withdrawal p95": 9, "withdrawal max": 11}
    result = {
        "vendor": "sqlite",
        "size": 10_000,
        "generated": 2.0,
        "questions": [
            {"question": "empty view", "raw SQL": None, "servers": {"drf": figures(1, 4000, 0.5)}},
            {
                "question": "list of 20",
                "raw SQL": 0.25,
                "servers": {
                    "portal": figures(2, 2000, 0.75),
                    "portal uncached": figures(4, 1000, 1.5),
                    "drf": figures(40, 100, 20),
                },
            },
        ],
        "suited": {"cards": 100_000, "new municipality": 58.0, "again, filters": 22.5},
        "exports": {"csv": {"rate": 50_000, "cpu": 3.5, "memory": 12.0}, "COPY": {"rate": 90_000}},
        "publication": {"alone": published, "two with readers": [published, published]},
    }
    report.write([result], tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text()
    assert "| list of 20 | portal | 2.0 / 4.0 | 2.0 / 4.0 | 2.0 / 4.0 | 2000 | 0.75 | 1.5 |  | 0.25 |" in text
    assert "| list of 20 | drf | 20 | 10 | 20 | 10 |" in text
    assert "ms of processor time: new municipality 58, again, filters 22.5." in text
    assert "5,000 cards/s" in text and "csv 50,000" in text and "Stale responses after a commit: 0" in text
    assert (
        "alone 20 / 40 / 300;" in text
        and "Withdrawal: alone 7 / 9 / 11; two with eight readers 7 / 9 / 11" in text
    )
    listed = {**result["questions"][1], "servers": {"portal": figures(2, 2000, 1.5)}}
    larger = {**result, "size": 100_000, "questions": [result["questions"][0], listed]}
    report.write([result, larger], tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text()
    assert "× 10,000 cards" in text
    assert (
        "| list of 20 | portal | 2.0 / 4.0 | 2.0 / 4.0 | 2.0 / 4.0 | 2000 | 1.50 | 3.0 | 2.0 | 0.25 |" in text
    )
