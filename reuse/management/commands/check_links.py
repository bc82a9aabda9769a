"""Look whether the links of reuse kits still answer: bounded, polite, meant for a nightly job."""

import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from cards.vocabulary.lists import DocumentType
from lib.links import actions
from lib.links.models import LinkCheck
from lib.links.probe import AddressPolicy, probe
from projects.models import Document
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
    """`{url: projects}` of the typed links of public documents, and of demonstrations where they show."""
    found: dict[str, set[int]] = {}
    documents = Document.objects.filter(removed_at=None, published_at__isnull=False)
    documents = documents.exclude(url="").exclude(type=DocumentType.IMAGE)
    for url, project in documents.values_list("url", "project").iterator():
        found.setdefault(url, set()).add(project)
    demonstrations = DemonstrationDocument.objects.shown().exclude(url="")
    for url, project in demonstrations.values_list("url", "project"):
        found.setdefault(url, set()).add(project)
    return found


def due(places, before) -> list[str]:
    """The links not looked at since `before`: never seen first, then the oldest."""
    seen = dict(LinkCheck.objects.filter(url__in=list(places)).values_list("url", "checked_at"))
    waiting = [url for url in places if url not in seen or seen[url] < before]
    return sorted(waiting, key=lambda url: (url in seen, (seen.get(url) and seen[url].timestamp()) or 0, url))
