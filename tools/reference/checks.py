"""Facts that must hold before anything is written, with literals from official publications."""

from itertools import pairwise

from history import DAY, holds


def wrong_facts(reference) -> list[str]:
    """The facts that do not hold, each as `name: found, expected`."""
    count = lambda day, sigla="": sum(  # noqa: E731
        holds(row, day) and row["province_code"].startswith(sigla) for row in reference.codes
    )
    units = lambda day: sum(holds(row, day) for row in reference.provinces.values())  # noqa: E731
    now = [row for row in reference.municipalities if row["belfiore"] in reference.in_force]
    torino = [row for row in now if reference.in_force[row["belfiore"]]["province_code"] == "TO"]
    links = {(row["date"], row["predecessor"], row["successor"]) for row in reference.changes}
    expected = {
        "municipalities 1991-10-20 (census)": (count("1991-10-20"), 8100),
        "municipalities 2001-10-21 (census)": (count("2001-10-21"), 8101),
        "municipalities 2011-10-09 (census)": (count("2011-10-09"), 8092),
        "municipalities 2023-01-01": (count("2023-01-01"), 7901),
        "municipalities 2024-12-31": (count("2024-12-31"), 7896),
        f"municipalities {DAY}": (count(DAY), 7894),
        "Torino 2015-06-30": (count("2015-06-30", "TO"), 315),
        "Torino 2017-04-17": (count("2017-04-17", "TO"), 315),
        "Torino 2017-04-18": (count("2017-04-18", "TO"), 316),
        "Torino 2019-01-01": (count("2019-01-01", "TO"), 312),
        f"Torino {DAY}": (count(DAY, "TO"), 312),
        "regions": (len(reference.regions), 20),
        "UTS 2025-01-01": (units("2025-01-01"), 107),
        f"UTS {DAY}": (units(DAY), 110),
        "code of Torino": (reference.in_force["L219"]["istat_code"], "001272"),
        "area of Torino's province": (round(sum(float(row["area_km2"]) for row in torino), 1), 6826.9),
        "population of Torino's province": (sum(int(row["population"]) for row in torino), 2_208_370),
        "population of Italy": (sum(int(row["population"]) for row in now), 59_030_133),
        "Val di Chy": ({link for link in links if link[2] == "M405"}, merged("M405", "A199 E727 G396")),
        "Valchiusa": ({link for link in links if link[2] == "M415"}, merged("M415", "F164 L338 L548")),
        "Mappano": (sum(link[:1] == ("2017-04-18",) and link[2] == "M316" for link in links), 4),
        "boundaries": (set(reference.topology.objects), set(reference.in_force)),
        "contiguous intervals": (gaps(reference.history), ["A618"]),
        "numbers": ([row["belfiore"] for row in reference.municipalities if not in_range(row)], []),
        "successors": (orphans(reference), []),
    }
    return [
        f"{name}: {actual}, expected {wanted}"
        for name, (actual, wanted) in expected.items()
        if actual != wanted
    ]


def merged(successor: str, predecessors: str) -> set[tuple]:
    return {("2019-01-01", predecessor, successor) for predecessor in predecessors.split()}


def gaps(intervals: dict[str, list[dict]]) -> list[str]:
    """Baranzate (A618) is the only one: instituted in 2001, annulled in 2003, instituted again in 2004."""
    return [
        belfiore
        for belfiore, rows in intervals.items()
        if any(a["valid_to"] != b["valid_from"] for a, b in pairwise(rows))
    ]


def orphans(reference) -> list[str]:
    """Suppressed municipalities without a successor on the day of their end."""
    ended = {(row["belfiore"], row["valid_to"]) for row in reference.municipalities if row["valid_to"]}
    return sorted(
        belfiore for belfiore, _ in ended - {(row["predecessor"], row["date"]) for row in reference.changes}
    )


def in_range(row: dict) -> bool:
    """Sizes are empty or whole numbers of a sensible size."""
    limits = {"population": 3_000_000, "altitude_m": 2_100, "altitude_zone": 5, "urbanisation_degree": 3}
    sizes = {key: row[key] for key in limits if row.get(key)}
    return all(value.isdigit() and int(value) <= limits[key] for key, value in sizes.items())
