"""Look whether the links of reuse kits still answer: bounded, polite, meant for a nightly job."""

import time
from datetime import timedelta
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from cards.models import Edition
from cards.vocabulary.lists import DocumentType
from lib.links import actions
from lib.links.models import LinkCheck
from lib.links.probe import AddressPolicy, probe
from reuse.actions import refresh
from reuse.models import DemonstrationDocument

PAUSE = 1.0


class Command(BaseCommand):
    help = "Controlla i collegamenti dei kit per il riuso, i meno recenti per primi."
    # Tests replace both: the addresses that may be requested, and the seconds between requests to one host.
    policy, pause = AddressPolicy(), PAUSE

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=200, help="quanti collegamenti al massimo")
        parser.add_argument(
            "--days", type=int, default=7, help="non riguarda chi è stato visto da meno giorni"
        )

    def handle(self, *, limit, days, **options):
        agent = f"OsservatorioSmartCity/1.0 (+{settings.SITE_URL})"
        places = links_of_kits()
        waiting = due(places, timezone.now() - timedelta(days=days))[:limit]
        counts: dict[str, int] = {}
        touched, last = set(), {}
        for url in waiting:
            self._wait_for(urlsplit(url).hostname or "", last)
            found = probe(url, agent=agent, policy=self.policy)
            outcome = {"state": found.state, "status_code": found.status_code, "detail": found.detail}
            state = actions.note_link(url, **outcome, at=timezone.now()).state
            counts[state] = counts.get(state, 0) + 1
            touched |= places[url]
        if touched:
            refresh.refresh_standing(touched)
        words = ", ".join(f"{LinkCheck.State(state).label}: {n}" for state, n in sorted(counts.items()))
        self.stdout.write(f"Collegamenti controllati: {len(waiting)}. {words}".strip())

    def _wait_for(self, host: str, last: dict[str, float]) -> None:
        if host in last:
            time.sleep(max(0.0, self.pause - (time.monotonic() - last[host])))
        last[host] = time.monotonic()


def links_of_kits() -> dict[str, set[int]]:
    """`{url: records}` of the typed links that current editions show, and of demonstrations where visible."""
    found: dict[str, set[int]] = {}
    editions = Edition.objects.current().values_list("record", "document")
    for record, document in editions.iterator(chunk_size=500):
        for row in orjson.loads(document)["documents"]:
            if row["url"] and row["type"] != DocumentType.IMAGE:
                found.setdefault(row["url"], set()).add(record)
    demonstrations = DemonstrationDocument.objects.shown().exclude(url="")
    for url, record in demonstrations.values_list("url", "record"):
        found.setdefault(url, set()).add(record)
    return found


def due(places, before) -> list[str]:
    """The links not looked at since `before`: never seen first, then the oldest."""
    seen = dict(LinkCheck.objects.filter(url__in=list(places)).values_list("url", "checked_at"))
    waiting = [url for url in places if url not in seen or seen[url] < before]
    return sorted(waiting, key=lambda url: (url in seen, (seen.get(url) and seen[url].timestamp()) or 0, url))
