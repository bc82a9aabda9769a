"""The measured queries: the same one as paths of each server."""

from dataclasses import dataclass, field
from urllib.parse import quote

FILTER = "area=mobility&stage=completed"
# Five facets for each server: those that the ordinary API counts; Datasette counts columns of one table.
FIVE = "&".join(f"facet={name}" for name in ("area", "stage", "municipality", "year", "funding_source"))
FACETS = "&".join(f"_facet={name}" for name in ("stage", "kind", "primary_area", "municipality", "region"))


@dataclass(frozen=True)
class Question:
    """One query: `{server: paths}`, requested in turn. A server without paths does not offer it.

    `raw` names its statements in tables.raw.
    """

    name: str
    paths: dict[str, list[str]]
    raw: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


def questions(known: dict, table: str) -> list[Question]:
    """All queries of a database.

    `known` has codes, slugs, pairs of words and the count (fill.questions); `table` is the path of the rows
    in Datasette.
    """
    codes, pairs = known["codes"], [quote(pair) for pair in known["pairs"]]
    half = known["count"] // 2
    return [
        Question("empty view", {"drf": ["/empty"]}),
        Question(
            "list of 20",
            {
                "portal": ["/api/v1/projects?limit=20"],
                "drf": ["/projects?limit=20"],
                "datasette": [f"{table}.json?_size=20&_sort_desc=published_at&_shape=objects"],
            },
            raw="list",
        ),
        Question(
            "detail",
            {
                "portal": [f"/api/v1/projects/{code}" for code in codes],
                "drf": [f"/projects/{code}" for code in codes],
                "datasette": [f"{table}.json?code={code}&_shape=objects" for code in codes],
            },
            raw="detail",
        ),
        Question(
            "area + stage",
            {
                "portal": [f"/api/v1/projects?{FILTER}&limit=20"],
                "drf": [f"/projects?{FILTER}&limit=20"],
                "datasette": [f"{table}.json?primary_area=mobility&stage=completed&_size=20&_shape=objects"],
            },
            raw="filter",
        ),
        Question(
            "deep page",
            {
                "portal": [f"/api/v1/projects?limit=20&offset={half}"],
                "drf": [f"/projects?limit=20&offset={half}"],
            },
            raw="deep page",
        ),
        Question(
            "area + stage, 5 facets",
            {
                "portal": [f"/api/v1/projects/facets?{FILTER}&{FIVE}"],
                "drf": [f"/projects/facets?{FILTER}"],
                "datasette": [f"{table}.json?primary_area=mobility&stage=completed&_size=0&{FACETS}"],
            },
            raw="facets",
        ),
        Question("area + stage, all facets", {"portal": [f"/api/v1/projects/facets?{FILTER}"]}),
        Question(
            "two words, 20",
            {
                "portal": [f"/api/v1/projects?q={pair}&limit=20" for pair in pairs],
                "drf": [f"/projects?search={pair}&limit=20" for pair in pairs],
                "datasette": [f"{table}.json?_search={pair}&_size=20&_shape=objects" for pair in pairs],
            },
        ),
        Question(
            "two words, 5 facets",
            {
                "portal": [f"/api/v1/projects/facets?q={pair}&{FIVE}" for pair in pairs],
                "drf": [f"/projects/facets?search={pair}" for pair in pairs],
                "datasette": [f"{table}.json?_search={pair}&_size=0&{FACETS}" for pair in pairs],
            },
        ),
        Question("page: list", {"portal": ["/progetti/"], "datasette": [f"{table}?_size=10"]}),
        Question(
            "page: area + stage",
            {
                "portal": ["/progetti/?area=mobilita&stato=completed"],
                "datasette": [f"{table}?primary_area=mobility&stage=completed&_size=10&{FACETS}"],
            },
        ),
        Question("page: two words", {"portal": [f"/progetti/?q={pair}" for pair in pairs]}),
        Question("page: card", {"portal": [f"/progetti/{slug}/" for slug in known["slugs"]]}),
        Question("page: home", {"portal": ["/"]}),
    ]
