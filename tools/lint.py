"""`make lint`: style of Python, layout of templates, types. All checks run; one failure fails it all."""

import subprocess

from setup import BIN, ROOT, environment, guarded, prepare

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("djangofmt", "--check", "."),
    ("ty", "check", "--no-progress"),
)


def lint() -> int:
    """Run every check with its output; 1 when one has failed, else 0."""
    prepare("requirements-dev.txt")
    codes = []
    for tool, *arguments in CHECKS:
        print("$", tool, *arguments, flush=True)
        command = [str(BIN / tool), *arguments]
        codes.append(subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode)
    return 1 if any(codes) else 0


if __name__ == "__main__":
    guarded(lint)
