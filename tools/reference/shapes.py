"""Boundaries, areas of origin and points of the municipalities in force on the reference day."""

import shapely
from sources import shapes
from topology import Topology

BASE_YEAR = 2023
BASE_DAY = f"{BASE_YEAR}-01-01"
ENDINGS = ("merger", "incorporation")


def current_shapes(events: list[dict], in_force: set[str]) -> dict:
    """Shapes of 2023 brought to the reference day: a merged one is the union of its predecessors."""
    current = shapes(BASE_YEAR)
    current = {
        **{key: shape for key, shape in shapes(BASE_YEAR - 1).items() if key not in current},
        **current,
    }
    current = {key: shapely.set_precision(shape, 0) for key, shape in current.items()}
    for successor, members in joined(events).items():
        known = [current[member] for member in [*members, successor] if member in current]
        current[successor] = shapely.union_all(known)
    return {key: current[key] for key in sorted(in_force)}


def joined(events: list[dict]) -> dict[str, list[str]]:
    """Successor to predecessors of the mergers since the base day, oldest first."""
    result: dict[str, list[str]] = {}
    for event in events:
        if event["kind"] in ENDINGS and event["date"] >= BASE_DAY:
            result.setdefault(event["successor"], []).append(event["predecessor"])
    return result


def point(shape: shapely.Geometry) -> tuple[str, str]:
    """Latitude and longitude inside the largest part: its centroid when it falls within."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    inside = largest.centroid
    if not (largest.is_valid and largest.contains(inside)):
        inside = shapely.point_on_surface(largest)
    return f"{inside.y:.5f}", f"{inside.x:.5f}"


def topology(polygons: dict) -> Topology:
    result = Topology(polygons)
    result.simplify()
    result.drop_collapsed()
    return result
