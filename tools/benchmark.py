"""`make bench`: the portal's server beside its peers, on the same rows and the same machine, in one run.

It installs what it needs; the measurement itself is tools/bench/run.py, run in the environment built here.
"""

import os
import sys

from setup import BIN, ROOT, digest, environment, guarded, node_and_npm, prepare, run, stamp_of, step

FOLDER = ROOT / "tools" / "bench"


def prepare_load():
    """autocannon, the load generator; apart from the portal's own libraries, as only this needs it."""
    _node, npm = node_and_npm()
    command = [*npm, "--prefix", str(FOLDER), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    hint, wanted = "Controlla la rete e ripeti.", digest("tools/bench/package-lock.json")
    step("Generatore di carico", lambda: run(command, hint), stamp_of("bench"), wanted)


def bench():
    prepare("requirements-bench.txt")
    prepare_load()
    node, _npm = node_and_npm()
    python = str(BIN / "python")
    os.chdir(ROOT)
    os.execve(python, [python, "tools/bench/run.py", *sys.argv[1:]], environment(NODE=str(node)))


if __name__ == "__main__":
    guarded(bench)
