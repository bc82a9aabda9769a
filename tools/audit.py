"""Known vulnerabilities, bill of materials (CycloneDX) and licences of what the portal runs with."""

import csv
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


def licences(path: Path) -> int:
    """Write name, version and licence of every installed distribution; gives how many name none."""
    rows = []
    for one in distributions():
        meta = one.metadata
        known = meta.get_all("License-Expression") or [
            text.rpartition(" :: ")[2]
            for text in meta.get_all("Classifier") or []
            if text.startswith("License")
        ]
        # Some put the whole text there.
        known = known or [text.strip().splitlines()[0][:80] for text in meta.get_all("License") or [] if text]
        rows.append((meta["Name"], one.version, "; ".join(known)))
    rows.sort(key=lambda row: row[0].lower())
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("name", "version", "licence"), *rows])
    return sum(not row[2] for row in rows)


def run(*words: str) -> int:
    return subprocess.run(words, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    VAR.mkdir(exist_ok=True)
    unknown, python = licences(VAR / "licences.csv"), (sys.executable, "-m")
    print(f"licenze: {unknown} pacchetti non ne dichiarano (var/licences.csv)", flush=True)
    codes = [
        run(*python, "cyclonedx_py", "requirements", "requirements.txt", "--output-file", "var/sbom.json"),
        run(*python, "pip_audit", "--require-hashes", "--disable-pip", "--strict", "-r", "requirements.txt"),
        run("npm", "audit", "--omit=dev"),
    ]
    sys.exit(any(codes))
