"""Whole files: rows a second over HTTP and what they cost, beside import-export and the database’s COPY.

    python tools/bench/exports.py PORTAL_URL PEER_URL "csv jsonl geojson parquet xlsx"

measures two databases that `run.py` or `fill.py` has filled, and prints JSON.
"""

import json
import sys
import threading
import time
from urllib.request import urlopen

import psycopg
from servers import Server, peer, portal
from tables import connect, vendor_of

# import-export loads all rows into memory: beyond this it is not measured.
MOST_FOR_PEER = 20_000
STREAMED = "csv jsonl geojson"
INTERVAL = 0.25


def exported(server: Server, path: str, count: int) -> dict[str, float | None]:
    """Rows a second of a whole file, microseconds of processor for each, MiB the server grew by meanwhile."""
    before, samples, is_over = server.memory(), [], threading.Event()

    def sample() -> None:
        while not is_over.wait(INTERVAL):
            samples.append(server.memory() or 0)

    watch = threading.Thread(target=sample)
    spent, started = server.cpu(), time.monotonic()
    watch.start()
    try:
        with urlopen(server.url + path, timeout=1800) as response:
            while response.read(1 << 20):
                pass
        seconds = time.monotonic() - started
    finally:
        is_over.set()
        watch.join()
    if before is None:
        return {"rate": count / seconds, "cpu": None, "memory": None}
    cpu = (server.cpu() - spent) * 1_000_000 / count
    return {"rate": count / seconds, "cpu": cpu, "memory": max(samples, default=before) - before}


def copied(url: str, count: int) -> dict[str, float]:
    """Rows a second of PostgreSQL's own COPY of the peers' table."""
    started = time.monotonic()
    command = "COPY peer_project TO STDOUT WITH CSV HEADER"
    with psycopg.connect(url) as connection, connection.cursor().copy(command) as copy:
        for _chunk in copy:
            pass
    return {"rate": count / (time.monotonic() - started)}


def exports(ours: Server, theirs: Server, url: str, count: int, suffixes: str = STREAMED) -> dict[str, dict]:
    """Figures of each format of ours, of import-export where it can, of COPY of the peers' database `url`."""
    # The first requests of each process read its index.
    for _worker in range(4):
        urlopen(f"{ours.url}/api/v1/projects?limit=1").close()
    paths = {suffix: f"/api/v1/projects?format={suffix}" for suffix in suffixes.split()}
    figures: dict = {suffix: exported(ours, path, count) for suffix, path in paths.items()}
    if count <= MOST_FOR_PEER:
        figures["import-export csv"] = exported(theirs, "/export.csv", count)
    if vendor_of(url) == "postgresql":
        figures["COPY"] = copied(url, count)
    return figures


def main(url: str, peer_url: str, suffixes: str = STREAMED) -> None:
    with connect(peer_url) as connection:
        (count,) = connection.execute("SELECT count(*) FROM peer_project").fetchone()
    with portal(url, is_cached=True) as ours, peer(peer_url) as theirs:
        print(json.dumps(exports(ours, theirs, peer_url, count, suffixes), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
