"""What PA digitale 2026 says of the municipalities of two provinces, by the importer that operators use."""

from pathlib import Path

from imports import comparing, writing
from imports.models import Run


def load_national(folder: Path) -> dict[str, int]:
    """Import every file of the folder that was not imported yet: `{name: projects}` of those that were."""
    done = {}
    for path in sorted(folder.glob("*.csv")):
        digest = comparing.digest_of_file(path)
        if Run.objects.filter(sha256=digest, state=Run.State.APPLIED).exists():
            continue
        profile = comparing.profile_of("padigitale2026")
        known_on = comparing.reference_date_of(path.name)
        if known_on is None:
            raise ValueError(f"{path.name} names no day")
        run = Run(profile=profile.name, file_name=path.name, sha256=digest, reference_date=known_on, by=None)
        with comparing.examined(profile, path, known_on=known_on) as result:
            writing.apply(run, result, profile.source)
        done[path.name] = run.created + run.updated
    return done
