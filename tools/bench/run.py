"""The measurement: databases of each size, servers side by side, every question at 1, 8 and 32 connections.

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
# A server that needs longer than this for one answer is asked three times, one after the other.
SLOW, PATIENCE, ENOUGH = 0.75, 60, 15
# A cluster that keeps what it has acknowledged, with the memory of a small server.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
}


def manage(*words: str, url: str) -> None:
    env = {**os.environ, **PORTAL, "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True)


def database(vendor: str, name: str, server: str) -> str:
    """The URL of a database of ours with this name, made when it is not there."""
    if vendor == "sqlite":
        return f"sqlite:///{OUT / name}.sqlite3"
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def prepared(vendor: str, size: int, server: str) -> tuple[str, str, dict]:
    """`(our URL, the peers' URL, what to ask)` of a filled pair of databases."""
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
    """The median of the rounds by number of connections, or answers one by one where one takes long."""
    name = "portal" if server.name.startswith("portal") else server.name
    paths = question.paths[name]
    # Twice, as a process may have to begin by reading what it needs.
    if min(one(server, paths[0]), one(server, paths[0])) > SLOW:
        return dict.fromkeys(map(str, CONNECTIONS), one_by_one(server, paths))
    more, found = {"headers": question.headers, "status": question.status, "rounds": ROUNDS}, {}
    for connections in CONNECTIONS:
        figures = loaded(server, paths, connections, SECONDS, **more)
        found[str(connections)] = figures if figures["answers"] else one_by_one(server, paths)
    return found


def one_by_one(server: Server, paths: list[str]) -> dict:
    """Three answers, fewer when they take minutes, for a server that would not give many in a round."""
    times, begun = [], time.monotonic()
    while len(times) < 3 and time.monotonic() - begun < ENOUGH:
        times.append(one(server, paths[len(times) % len(paths)]))
    median = statistics.median(times)
    return {"p50": median * 1000, "p95": max(times) * 1000, "cpu": None, "rate": 1 / median}


def one(server: Server, path: str) -> float:
    """Seconds of one answer; PATIENCE when it does not come by then."""
    started = time.monotonic()
    try:
        with urlopen(server.url + path, timeout=PATIENCE) as answer:
            answer.read()
    except TimeoutError:
        return float(PATIENCE)
    return time.monotonic() - started


def asked_raw(url: str, question: Question, known: dict) -> float | None:
    """Median milliseconds of the question in plain SQL, on an open connection."""
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
    """Milliseconds of publications, first alone, then with two publishers and eight readers at work."""
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
            "portal": stack.enter_context(portal(ours, keeps=True)),
            "portal uncached": stack.enter_context(portal(ours, keeps=False)),
            "drf": stack.enter_context(peer(theirs)),
        }
        if vendor == "sqlite":
            servers["datasette"] = stack.enter_context(datasette(path))
        for question in questions(known, f"/{path.stem}/peer_project"):
            floor = floor_of(results["questions"])
            results["questions"].append(answered(question, servers, theirs, known, floor))
        results["suited"] = suited(ours)
        results["exports"] = exports(servers["portal"], servers["drf"], theirs, known["count"])
        results["publication"] = published(ours, servers["portal"])
    return results


def answered(
    question: Question, servers: dict[str, Server], theirs: str, known: dict, floor: float | None
) -> dict:
    row = {"question": question.name, "raw SQL": asked_raw(theirs, question, known), "servers": {}}
    for server in servers.values():
        if ("portal" if server.name.startswith("portal") else server.name) not in question.paths:
            continue
        try:
            figures: dict = measured(server, question)
        except Broken as trouble:
            figures = {"trouble": str(trouble)}
        row["servers"][server.name] = figures
        told = figures.get("trouble") or "  ".join(
            f"{n}: {f['p50']:.1f}/{f['p95']:.1f} ms {f['rate']:.0f}/s" for n, f in figures.items()
        )
        cpu = figures.get("8", {}).get("cpu")
        if cpu:
            told += f"  CPU {cpu:.2f} ms" + (f" = {ratio(cpu, floor)} × empty view" if floor else "")
        print(f"{question.name:24}{server.name:18}{told}", flush=True)
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
