"""The measurement: databases of each size, several servers, every query at 1, 8 and 32 connections.

    python tools/bench/run.py "10000 100000" "sqlite postgresql"

Writes var/bench/results.json and var/bench/report.md. Databases stay in var/bench (SQLite) or, with
TEST_POSTGRES_URL, in that server; without it PostgreSQL is a cluster that ends with the run.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from exports import exports
from postgres import throwaway_cluster
from questions import Question, questions
from report import floor_of, ratio, write
from servers import PORTAL, ROOT, Broken, Server, datasette, loaded, peer, portal
from tables import connect, path_of, raw

OUT = ROOT / "var" / "bench"
CONNECTIONS, ROUNDS = (1, 8, 32), int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1.5"))
# A server that needs more than SLOW seconds for one response gets three requests, one after the other: none
# waits longer than TIMEOUT, and no more begin after ENOUGH.
SLOW, TIMEOUT, ENOUGH = 0.75, 60, 15
# A cluster whose commits survive a crash, with the memory of a small server.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "1GB",
    # three servers are measured beside each other, each with two workers and their threads
    "max_connections": "300",
    "max_wal_size": "4GB",
}


def manage(*arguments: str, url: str) -> None:
    env = {**os.environ, **PORTAL, "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True)


def database(vendor: str, name: str, server: str) -> str:
    """The URL of the database with this name, created when it is missing."""
    if vendor == "sqlite":
        return f"sqlite:///{OUT / name}.sqlite3"
    with psycopg.connect(server, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not exists:
            connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def prepared(vendor: str, size: int, server: str) -> tuple[str, str, dict]:
    """`(our URL, the peers' URL, parameters of the queries)` of a filled pair of databases."""
    ours, theirs = (database(vendor, f"{name}_{size}", server) for name in ("portal", "peer"))
    manage("migrate", "--verbosity", "0", url=ours)
    manage("load_reference", url=ours)
    started = time.monotonic()
    manage("generate_projects", str(size), url=ours)
    seconds = time.monotonic() - started
    env = {**os.environ, **PORTAL, "DATABASE_URL": ours, "PEER_URL": theirs}
    command = [sys.executable, "tools/bench/fill.py"]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return ours, theirs, {**json.loads(done.stdout), "generated in": seconds}


def measured(server: Server, question: Question) -> dict[str, dict]:
    """The median of the rounds by number of connections, or of single requests where one takes long."""
    name = "portal" if server.name.startswith("portal") else server.name
    paths = question.paths[name]
    # Twice, as a process reads the index at its first request.
    if min(one(server, paths[0]), one(server, paths[0])) > SLOW:
        return dict.fromkeys(map(str, CONNECTIONS), sequential(server, paths))
    more, results = {"headers": question.headers, "status": question.status, "rounds": ROUNDS}, {}
    for connections in CONNECTIONS:
        figures = loaded(server, paths, connections, SECONDS, **more)
        results[str(connections)] = figures if figures["responses"] else sequential(server, paths)
    return results


def sequential(server: Server, paths: list[str]) -> dict:
    """Figures of three requests, fewer when they take minutes, for a server too slow for a round."""
    times, begun = [], time.monotonic()
    while len(times) < 3 and time.monotonic() - begun < ENOUGH:
        times.append(one(server, paths[len(times) % len(paths)]))
    median = statistics.median(times)
    return {"p50": median * 1000, "p95": max(times) * 1000, "cpu": None, "rate": 1 / median}


def one(server: Server, path: str) -> float:
    """Seconds of one response; TIMEOUT when it takes longer."""
    started = time.monotonic()
    try:
        with urlopen(server.url + path, timeout=TIMEOUT) as response:
            response.read()
    except TimeoutError:
        return float(TIMEOUT)
    return time.monotonic() - started


def measured_in_sql(url: str, question: Question, known: dict) -> float | None:
    """Median milliseconds of the query in plain SQL, on an open connection; None where it has no SQL."""
    if not question.raw:
        return None
    statements, times, begun = raw(question.raw, known["count"], known["codes"][0]), [], time.monotonic()
    with closing(connect(url)) as connection:
        while len(times) < 3 or (len(times) < 100 and time.monotonic() - begun < 2):
            started = time.perf_counter()
            for statement in statements:
                connection.execute(statement).fetchall()
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def suited(url: str) -> dict[str, float]:
    """Milliseconds of processor time of «Adatti al mio comune», see suited.py."""
    env = {**os.environ, **PORTAL, "DATABASE_URL": url}
    command = [sys.executable, "tools/bench/suited.py"]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def published(url: str, server: Server) -> dict:
    """Milliseconds of publications, first alone, then with two publishers and eight readers."""
    env = {**os.environ, **PORTAL, "DATABASE_URL": url}
    command = [sys.executable, "tools/bench/publish.py"]

    def publishers(*shares: str) -> list[dict]:
        pipes: dict = {"stdout": subprocess.PIPE, "text": True}
        running = [
            subprocess.Popen([*command, share, server.url], cwd=ROOT, env=env, **pipes) for share in shares
        ]
        return [json.loads(process.communicate()[0].splitlines()[-1]) for process in running]

    (alone,) = publishers("0")
    task = {"url": server.url, "paths": ["/api/v1/projects?limit=20"], "connections": 8, "seconds": 20}
    node = [os.environ.get("NODE", "node"), "load.mjs"]
    readers = subprocess.Popen(node, cwd=ROOT / "tools/bench", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    readers.stdin.write(json.dumps(task).encode())
    readers.stdin.close()
    both = publishers("1", "2")
    readers.wait()
    return {"alone": alone, "two with readers": both}


def measure(vendor: str, size: int, server: str) -> dict:
    """All figures of one database at one size."""
    print(f"\n== {vendor}, {size}", flush=True)
    ours, theirs, known = prepared(vendor, size, server)
    path = Path(path_of(theirs))
    results = {"vendor": vendor, "size": size, "generated": known["generated in"], "questions": []}
    with ExitStack() as stack:
        servers = {
            "portal": stack.enter_context(portal(ours, is_cached=True)),
            "portal uncached": stack.enter_context(portal(ours, is_cached=False)),
            "drf": stack.enter_context(peer(theirs)),
        }
        if vendor == "sqlite":
            servers["datasette"] = stack.enter_context(datasette(path))
        for question in questions(known, f"/{path.stem}/peer_project"):
            floor = floor_of(results["questions"])
            results["questions"].append(compared(question, servers, theirs, known, floor))
        results["suited"] = suited(ours)
        results["exports"] = exports(servers["portal"], servers["drf"], theirs, known["count"])
        results["publication"] = published(ours, servers["portal"])
    return results


def compared(
    question: Question, servers: dict[str, Server], theirs: str, known: dict, floor: float | None
) -> dict:
    """One row of the report: the query by each server and in plain SQL; printed too."""
    row = {"question": question.name, "raw SQL": measured_in_sql(theirs, question, known), "servers": {}}
    for server in servers.values():
        if ("portal" if server.name.startswith("portal") else server.name) not in question.paths:
            continue
        try:
            figures: dict = measured(server, question)
        except Broken as trouble:
            figures = {"trouble": str(trouble)}
        row["servers"][server.name] = figures
        summary = figures.get("trouble") or "  ".join(
            f"{n}: {f['p50']:.1f}/{f['p95']:.1f} ms {f['rate']:.0f}/s" for n, f in figures.items()
        )
        cpu = figures.get("8", {}).get("cpu")
        if cpu:
            summary += f"  CPU {cpu:.2f} ms" + (f" = {ratio(cpu, floor)} × empty view" if floor else "")
        print(f"{question.name:24}{server.name:18}{summary}", flush=True)
    return row


def main(sizes: str = "10000 100000 1000000", databases: str = "sqlite postgresql") -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    manage("collectstatic", "--noinput", "--verbosity", "0", url=f"sqlite:///{OUT / 'static'}.sqlite3")
    results = []
    for vendor in databases.split():
        with ExitStack() as stack:
            server = stack.enter_context(throwaway_cluster(DURABLE)) if vendor == "postgresql" else ""
            for size in map(int, sizes.split()):
                results.append(measure(vendor, size, server))
                (OUT / "results.json").write_text(json.dumps(results, indent=1))
                write(results, OUT / "report.md")
    print((OUT / "report.md").read_text())


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word])
