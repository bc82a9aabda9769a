"""Adoptions through the pages: transitions, both sides, staff, what is public, what stays private."""

import uuid
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from cards.search.query import ProjectQuery, find
from demo.demo_adoptions import load_adoptions
from lib.audit import Entry
from lib.content_version import ContentVersion
from lib.workflow import WrongMove
from municipalities.actions import body_of_municipality
from projects import actions, publishing, reviewing
from projects.models import Partner
from reuse import rules
from reuse.actions import adopting
from reuse.adoption.forms import SLUG_OF_TRANSITION, TRANSITIONS_BY_SLUG
from reuse.models import Adoption, AdoptionStep, OutsidePractice, Standing
from reuse.reads.family import family_of
from reuse.reads.standing import panel_of
from reuse.transitions import ADOPTION, NEXT, OPEN, TASKS, AdoptionState, AdoptionTransition, Side
from tests import builders

pytestmark = pytest.mark.django_db
SECRET = "Il sindaco è contrario"


@pytest.fixture
def giver(municipalities):
    return builders.officer(municipalities["torino"])


@pytest.fixture
def adopter(municipalities):
    return builders.officer(municipalities["ivrea"], "ivrea@example.org")


@pytest.fixture
def card(giver, desk, municipalities):
    return builders.published(giver, desk, municipalities["torino"])


@pytest.fixture
def asked(card, adopter, municipalities):
    return request_of(card, adopter, municipalities["ivrea"])


def request_of(card, by, municipality, **more) -> Adoption:
    body = body_of_municipality(municipality)
    return adopting.ask(
        card.record, by=by, adopter=body, idempotency_key=uuid.uuid4(), note="Ci serve", **more
    )


SIDES = {AdoptionTransition.REPLY: Side.GIVER, AdoptionTransition.DECLINE: Side.GIVER}


def advance(adoption, transition, by=None, **texts) -> AdoptionStep:
    side = SIDES.get(transition, Side.ADOPTER)
    return adopting.advance(adoption, transition, by=by, side=side, idempotency_key=uuid.uuid4(), **texts)


SEQUENCE = (
    AdoptionTransition.REPLY,
    AdoptionTransition.AGREE,
    AdoptionTransition.ADAPT,
    AdoptionTransition.START,
    AdoptionTransition.TELL,
)


def advanced_to(adoption: Adoption, step: str) -> Adoption:
    adoption.refresh_from_db()
    while adoption.step != step:
        advance(adoption, NEXT[adoption.step])
        adoption.refresh_from_db()
    return adoption


def page_of(adoption) -> str:
    return reverse("officer:adoption", args=[adoption.pk])


def form_data(transition, **fields) -> dict:
    slug = SLUG_OF_TRANSITION[transition]
    fields = {"idempotency_key": uuid.uuid4(), "note": "Va bene", **fields}
    return {"mossa": slug, **{f"{slug}-{name}": value for name, value in fields.items()}}


# {(transition, state): next state}; all others are refused
TARGETS = {
    ("reply", "interest"): "contact",
    ("agree", "contact"): "agreement",
    ("adapt", "agreement"): "adaptation",
    ("start", "adaptation"): "in_service",
    ("tell", "in_service"): "feedback",
    ("tell", "feedback"): "feedback",
    ("decline", "interest"): "declined",
    ("decline", "contact"): "declined",
    **{("withdraw", step.value): "withdrawn" for step in OPEN},
    **{("write", step.value): step.value for step in OPEN},
}
SIDES_OF = {
    "reply": {"giver"},
    "agree": {"giver", "adopter"},
    "adapt": {"adopter"},
    "start": {"adopter"},
    "tell": {"adopter"},
    "write": {"giver", "adopter"},
    "decline": {"giver"},
    "withdraw": {"adopter"},
}


@pytest.mark.parametrize("step", AdoptionState.values)
@pytest.mark.parametrize("transition", list(ADOPTION.transitions))
def test_transitions_of_every_state_and_side(asked, transition, step):
    for side in ("giver", "adopter", "staff"):
        may = (transition, step) in TARGETS and (side == "staff" or side in SIDES_OF[transition])
        assert ADOPTION.allows(transition, step, {side}) is may
        Adoption.objects.filter(pk=asked.pk).update(step=step)
        before = AdoptionStep.objects.count()
        arguments = {"by": None, "side": Side(side), "idempotency_key": uuid.uuid4()}
        if may:
            adopting.advance(asked, AdoptionTransition(transition), **arguments)
            assert Adoption.objects.get(pk=asked.pk).step == TARGETS[transition, step]
            assert AdoptionStep.objects.order_by("-pk").first().step == TARGETS[transition, step]
        else:
            with pytest.raises(WrongMove):
                adopting.advance(asked, AdoptionTransition(transition), **arguments)
            assert (Adoption.objects.get(pk=asked.pk).step, AdoptionStep.objects.count()) == (step, before)


def test_expected_transitions_are_allowed():
    """The transition expected of a side in a state is one that the side may make there."""
    assert set(ADOPTION.waits) == set(NEXT) == set(TASKS)
    assert all(ADOPTION.allows(NEXT[step], step, {side}) for step, (side, _rule) in ADOPTION.waits.items())
    assert set(TRANSITIONS_BY_SLUG.values()) == set(ADOPTION.transitions)
    assert ADOPTION.turn_of(AdoptionState.FEEDBACK) is ADOPTION.turn_of(AdoptionState.DECLINED) is None


def test_request_reaches_the_giver(client, card, adopter, giver, django_capture_on_commit_callbacks):
    page = client.get(reverse("public:card-reuse", args=[card.slug])).content.decode()
    ask = reverse("officer:adoption-ask", args=[card.code])
    assert f'href="{ask}"' in page
    assert client.get(ask).url == f"/accesso/?next={ask}"
    client.force_login(adopter)
    idempotency_key = str(uuid.uuid4())
    body = adopter.memberships.get().organisation
    data = {"idempotency_key": idempotency_key, "adopter": body.pk, "note": "Vogliamo capire il bando"}
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(ask, data)
        again = client.post(ask, data)
    made = Adoption.objects.get()
    assert first.url == again.url == page_of(made)
    assert (made.step, made.giver, made.adopter) == ("interest", card.record.owner, body)
    step = made.steps.get()
    assert (step.move, step.side, step.by, step.note_is_public) == ("ask", "adopter", adopter, False)
    assert [message.to for message in mail.outbox] == [[giver.email]]
    assert "Vogliamo capire il bando" in mail.outbox[0].body
    assert Entry.objects.get(verb="adopt").changes == {
        "adopter": "Comune di Ivrea",
        "step": "interest",
        "move": "ask",
    }


def test_second_request_leads_to_the_first(client, asked, card, adopter):
    client.force_login(adopter)
    data = {"idempotency_key": uuid.uuid4(), "adopter": asked.adopter_id, "note": "Ancora noi"}
    response = client.post(reverse("officer:adoption-ask", args=[card.code]), data, follow=True)
    assert response.redirect_chain[-1][0] == page_of(asked)
    assert "Il tuo ente ha già chiesto questo progetto" in response.content.decode()
    assert Adoption.objects.count() == 1


def test_request_without_note_is_refused(client, card, adopter):
    client.force_login(adopter)
    body = adopter.memberships.get().organisation
    data = {"idempotency_key": uuid.uuid4(), "adopter": body.pk, "note": " "}
    response = client.post(reverse("officer:adoption-ask", args=[card.code]), data)
    assert (response.status_code, Adoption.objects.count()) == (422, 0)
    assert "Scrivi in due righe che cosa ti serve" in response.content.decode()


def test_who_may_ask(client, card, giver, adopter, desk, municipalities):
    ask = reverse("officer:adoption-ask", args=[card.code])
    client.force_login(giver)
    assert client.get(ask).url == reverse("officer:adoption-list")
    client.force_login(desk)
    assert client.get(ask).status_code == 403
    client.force_login(adopter)
    foreign = body_of_municipality(municipalities["val_di_chy"]).pk
    data = {"idempotency_key": uuid.uuid4(), "adopter": foreign, "note": "Per altri"}
    assert client.post(ask, data).status_code == 422
    assert not Adoption.objects.exists()
    publishing.withdraw(card, by=desk, reason="Errata")
    assert client.get(ask).status_code == 404
    assert client.get(reverse("public:card-reuse", args=[card.slug])).status_code == 410


def test_nobody_adopts_from_themselves(card, giver, municipalities):
    with pytest.raises(WrongMove):
        request_of(card, giver, municipalities["torino"])
    body = card.record.owner
    with pytest.raises(IntegrityError), transaction.atomic():
        Adoption.objects.create(record=card.record, giver=body, adopter=body)


def test_only_both_sides_and_staff_read_an_adoption(client, asked, municipalities, giver, adopter, desk):
    stranger = builders.officer(municipalities["val_di_chy"], "valdichy@example.org")
    for user, status in ((stranger, 403), (giver, 200), (adopter, 200), (desk, 200)):
        client.force_login(user)
        assert client.get(page_of(asked)).status_code == status
    client.force_login(stranger)
    assert client.post(page_of(asked), form_data(AdoptionTransition.REPLY)).status_code == 403
    assert client.get("/area-riservata/riuso/999999/").status_code == 403
    assert client.get(reverse("desk:adoption-list")).status_code == 403
    client.logout()
    assert client.get(page_of(asked)).status_code == 302


@pytest.mark.parametrize(
    "transition",
    [transition for transition in TRANSITIONS_BY_SLUG.values() if transition != AdoptionTransition.TELL],
)
def test_page_offers_the_transitions_that_a_user_may_make(client, asked, adopter, giver, desk, transition):
    for user, side in ((giver, "giver"), (adopter, "adopter"), (desk, "staff")):
        client.force_login(user)
        offered = f'value="{SLUG_OF_TRANSITION[transition]}"' in client.get(page_of(asked)).content.decode()
        assert offered is ADOPTION.allows(transition, "interest", {side})
        assert (transition in rules.transitions_for(user, asked)) is offered


def test_transition_of_the_wrong_side_is_a_conflict_with_its_input(client, asked, adopter):
    client.force_login(adopter)
    response = client.post(page_of(asked), form_data(AdoptionTransition.REPLY, note="Rispondo io"))
    assert response.status_code == 409
    assert "Rispondo io" in response.content.decode()
    assert Adoption.objects.get().step == "interest"


def test_form_sent_twice_is_stored_once(client, asked, giver):
    client.force_login(giver)
    data = form_data(AdoptionTransition.REPLY, note="Eccoci")
    assert [client.post(page_of(asked), data).status_code for _click in range(2)] == [302, 302]
    assert list(asked.steps.values_list("move", flat=True)) == ["ask", "reply"]


def test_second_tab_gets_a_conflict_with_its_input(client, asked, giver):
    client.force_login(giver)
    client.post(page_of(asked), form_data(AdoptionTransition.REPLY, note="Dalla prima scheda"))
    response = client.post(page_of(asked), form_data(AdoptionTransition.REPLY, note="Dalla seconda scheda"))
    assert response.status_code == 409
    assert "Dalla seconda scheda" in response.content.decode()
    assert asked.steps.count() == 2


def test_all_transitions_through_the_pages(client, asked, giver, adopter, card):
    for user, transition, step in (
        (giver, AdoptionTransition.REPLY, "contact"),
        (giver, AdoptionTransition.AGREE, "agreement"),
        (adopter, AdoptionTransition.ADAPT, "adaptation"),
        (adopter, AdoptionTransition.START, "in_service"),
        (adopter, AdoptionTransition.TELL, "feedback"),
    ):
        client.force_login(user)
        more = {"what_changed": "Meno lampioni", "lessons_are_public": "on"} if step == "feedback" else {}
        assert client.post(page_of(asked), form_data(transition, **more)).status_code == 302
        assert Adoption.objects.get().step == step
    client.logout()
    html = client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    assert "Comune di Ivrea" in html
    assert "Meno lampioni" in html
    assert "Va bene" not in html


@pytest.mark.parametrize(
    ("transition", "fields", "message"),
    [
        (AdoptionTransition.REPLY, {"note": ""}, "Scrivi la risposta"),
        (AdoptionTransition.DECLINE, {"note": ""}, "Scrivi il motivo: l’altro ente lo legge"),
        (AdoptionTransition.REPLY, {"on": "domani"}, "Scrivi la data come giorno/mese/anno"),
        (AdoptionTransition.REPLY, {"on": "1/1/2199"}, "Il giorno non può essere nel futuro"),
        (AdoptionTransition.REPLY, {"on": "1/1/2001"}, "Il giorno non può venire prima della richiesta"),
    ],
)
def test_invalid_transition_form_names_its_error(client, asked, giver, transition, fields, message):
    client.force_login(giver)
    response = client.post(page_of(asked), form_data(transition, **fields))
    assert (response.status_code, Adoption.objects.get().step) == (422, "interest")
    assert message in response.content.decode()


def test_feedback_requires_a_text(client, asked, adopter):
    advanced_to(asked, "in_service")
    client.force_login(adopter)
    response = client.post(page_of(asked), form_data(AdoptionTransition.TELL, note=""))
    assert response.status_code == 422
    assert "Racconta che cosa hai cambiato o che cosa hai imparato" in response.content.decode()


def test_steps_never_change(asked):
    step = asked.steps.get()
    step.note = "Altro"
    with pytest.raises(TypeError):
        step.save()
    with pytest.raises(TypeError):
        step.delete()


def everything_public(client, card) -> str:
    """The public pages and API responses of a card and its cities."""
    addresses = [
        reverse("public:card-detail", args=[card.slug]),
        f"/en{reverse('public:card-detail', args=[card.slug])}",
        reverse("public:card-reuse", args=[card.slug]),
        reverse("public:city-detail", args=["ivrea"]),
        reverse("public:city-detail", args=["torino"]),
        reverse("api:adoptions", args=[card.code]),
        reverse("api:project", args=[card.code]),
        reverse("api:replicability", args=[card.code]),
    ]
    return "".join(client.get(address).content.decode() for address in addresses)


def test_private_texts_are_in_no_public_page_or_file(client, asked, card, tmp_path):
    advance(asked, AdoptionTransition.REPLY, note=SECRET)
    advanced_to(asked, "in_service")
    advance(
        asked,
        AdoptionTransition.TELL,
        what_changed=SECRET,
        what_learnt=SECRET,
        note="Visibile",
        note_is_public=True,
    )
    advance(asked, AdoptionTransition.WRITE, note=SECRET)
    texts = everything_public(client, card)
    assert "Visibile" in texts
    assert "Comune di Ivrea" in texts
    assert SECRET not in texts
    assert "ivrea@example.org" not in texts
    assert SECRET.encode() not in b"".join(client.get(f"/progetti/{card.slug}/kit.zip").streaming_content)
    call_command("export_national", out=tmp_path / "out")
    assert all(SECRET.encode() not in file.read_bytes() for file in (tmp_path / "out").iterdir())
    head, row = (tmp_path / "out" / "adoptions.csv").read_text("utf-8-sig").splitlines()
    assert head == "project_code,adoption_id,taken_from,adopter,adopter_code,giver,step,is_demonstration"
    assert row == f"{card.code},{asked.pk},,Comune di Ivrea,E379,Comune di Torino,feedback,false"


@pytest.mark.parametrize("end", [None, AdoptionTransition.DECLINE, AdoptionTransition.WITHDRAW])
def test_interest_and_refusals_are_not_public(client, asked, card, end):
    if end:
        advance(asked, end, note="Non ora")
    assert (
        "Comune di Ivrea" not in client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    )
    assert client.get(reverse("api:adoptions", args=[card.code])).json()["count"] == 0
    assert not Standing.objects.exists()


def test_diffusion_follows_each_state(asked, card):
    counted = []
    for transition in SEQUENCE:
        advance(asked, transition)
        row = Standing.objects.filter(record=card.record).values_list("adoptions", "adoptions_under_way")
        counted.append(row.get())
    assert counted == [(0, 1), (0, 1), (0, 1), (1, 0), (1, 0)]
    assert find(ProjectQuery(facets={"adopted": ("yes",)})).count() == 1
    advance(asked, AdoptionTransition.WITHDRAW, note="Spento")
    assert not Standing.objects.exists()
    assert find(ProjectQuery(facets={"adopted": ("yes",)})).count() == 0


def test_body_named_on_the_card_counts_once(asked, card, giver, desk):
    Partner.objects.create(project=builders.project_of(card), name="Comune di Ivrea", role="replicating_body")
    Partner.objects.create(
        project=builders.project_of(card), name="Comune di Samone", role="replicating_body"
    )
    actions.revise(builders.project_of(card), by=giver)
    actions.submit(builders.project_of(card), by=giver, idempotency_key=uuid.uuid4())
    reviewing.take(builders.project_of(card), by=desk)
    publishing.publish(builders.project_of(card), by=desk)
    advanced_to(asked, "in_service")
    row = Standing.objects.get()
    assert (row.adoptions, row.adoptions_under_way) == (2, 0)


def test_count_of_a_past_day(asked, card):
    advanced_to(asked, "in_service")
    long_ago = timezone.now() - timedelta(days=10)
    AdoptionStep.objects.exclude(step="in_service").update(at=long_ago)
    document = {"partners": [], "documents": []}
    counts = []
    for day in (localdate() - timedelta(days=11), localdate() - timedelta(days=2), None):
        score = panel_of(card.record_id, document, today=day).score
        counts.append((score.adoptions, score.adoptions_under_way))
    assert counts == [(0, 0), (0, 1), (1, 0)]


def test_family_is_nested(client, asked, card, municipalities):
    advanced_to(asked, "in_service")
    small = builders.officer(municipalities["val_di_chy"], "valdichy@example.org")
    client.force_login(small)
    data = {
        "idempotency_key": uuid.uuid4(),
        "adopter": small.memberships.get().organisation_id,
        "parent": asked.pk,
    }
    client.post(reverse("officer:adoption-ask", args=[card.code]), {**data, "note": "Da voi"})
    child = Adoption.objects.get(parent=asked)
    assert (child.giver, child.step) == (asked.adopter, "interest")
    advance(child, AdoptionTransition.REPLY)
    family = family_of(card.record_id)
    assert [(n.body.name, [c.body.name for c in n.children]) for n in family.nodes] == [
        ("Comune di Ivrea", ["Comune di Val di Chy"])
    ]
    data = client.get(reverse("api:adoptions", args=[card.slug])).json()
    assert (data["count"], data["next"], data["previous"]) == (2, None, None)
    rows = [
        (r["adopter"]["name"], r["giver"]["name"], r["taken_from"], r["counts_as"]) for r in data["results"]
    ]
    assert rows == [
        ("Comune di Ivrea", "Comune di Torino", None, "adoption"),
        ("Comune di Val di Chy", "Comune di Ivrea", asked.pk, "under_way"),
    ]
    city = client.get(reverse("public:city-detail", args=["ivrea"])).content.decode()
    assert "Presi da altri" in city
    assert "Dati ad altri" in city
    advance(asked, AdoptionTransition.WITHDRAW, note="Spento")
    assert [node.body.name for node in family_of(card.record_id).nodes] == ["Comune di Val di Chy"]


def test_only_who_adopted_may_pass_it_on(asked, card, municipalities):
    small = builders.officer(municipalities["val_di_chy"], "valdichy@example.org")
    with pytest.raises(WrongMove):
        request_of(card, small, municipalities["val_di_chy"], parent=asked)


def test_staff_hide_public_texts(client, asked, card, desk, giver):
    advance(asked, AdoptionTransition.REPLY, note="Parole sbagliate", note_is_public=True)
    step = asked.steps.get(move="reply")
    hide = reverse("desk:adoption-hide", args=[step.pk])
    assert "Parole sbagliate" in everything_public(client, card)
    client.force_login(giver)
    assert client.post(hide).status_code == 403
    client.force_login(desk)
    assert client.post(hide).status_code == 302
    assert "Nascosto dalla redazione" in client.get(page_of(asked)).content.decode()
    client.logout()
    assert "Parole sbagliate" not in everything_public(client, card)


def test_transition_by_staff_notifies_both_sides(
    client, asked, desk, giver, adopter, django_capture_on_commit_callbacks
):
    client.force_login(desk)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(asked), form_data(AdoptionTransition.REPLY))
    assert asked.steps.get(move="reply").side == "staff"
    assert [message.to[0] for message in mail.outbox] == [giver.email, adopter.email]
    assert "asked" not in client.get(reverse("desk:adoption-list")).content.decode()
    page = client.get(reverse("desk:adoption-list") + "?passo=contact").content.decode()
    assert "Comune di Ivrea" in page
    assert (
        "Comune di Ivrea"
        not in client.get(reverse("desk:adoption-list") + "?passo=feedback").content.decode()
    )


def test_lists_name_the_side_that_has_to_act(client, asked, giver, adopter):
    client.force_login(giver)
    assert "Tocca a te:</strong>" not in client.get(reverse("officer:adoption-list")).content.decode()
    assert "Un riuso aspetta te." in client.get(reverse("officer:adoption-list")).content.decode()
    client.force_login(adopter)
    assert "Nessun riuso aspetta te." in client.get(reverse("officer:adoption-list")).content.decode()


@pytest.mark.parametrize(("name", "queries"), [("officer:adoption-list", 5), ("desk:adoption-list", 10)])
@pytest.mark.parametrize("count", [1, 3])
def test_list_of_adoptions_takes_the_same_queries(
    client, giver, adopter, desk, municipalities, django_assert_num_queries, name, queries, count
):
    for number in range(count):
        card = builders.published(giver, desk, municipalities["torino"], title=f"Progetto {number}")
        request_of(card, adopter, municipalities["ivrea"])
    client.force_login(adopter if name.startswith("officer") else desk)
    with django_assert_num_queries(queries):
        page = client.get(reverse(name)).content.decode()
    assert page.count('<td data-label="Chi cede">') == count


@pytest.mark.parametrize("count", [1, 3])
def test_api_of_adoptions_takes_the_same_queries(
    client, card, adopter, municipalities, django_assert_num_queries, count
):
    for name in ("ivrea", "val_di_chy", "samone")[:count]:
        advance(request_of(card, adopter, municipalities[name]), AdoptionTransition.REPLY)
    address = reverse("api:adoptions", args=[card.code])
    with django_assert_num_queries(6):
        rows = client.get(address).json()["results"]
    assert len(rows) == count


def test_reminder_goes_once_to_the_awaited_side(asked, giver, capsys, django_capture_on_commit_callbacks):
    def run(**options) -> list[str]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("send_reminders", **options)
        return [message.to[0] for message in mail.outbox if "riuso" in message.subject]

    assert run() == []
    Adoption.objects.update(waiting_since=timezone.now() - timedelta(days=16))
    assert run(dry_run=True) == []
    assert giver.email in capsys.readouterr().out
    assert run() == [giver.email]
    assert run() == []
    advance(asked, AdoptionTransition.REPLY)
    assert run() == []
    Adoption.objects.update(waiting_since=timezone.now() - timedelta(days=31), reminded_at=None)
    assert run() == ["ivrea@example.org"]


def test_note_of_the_other_side_does_not_restart_the_deadline(asked):
    since = timezone.now() - timedelta(days=5)
    Adoption.objects.update(waiting_since=since)
    advance(asked, AdoptionTransition.WRITE, note="Siete lì?")
    assert Adoption.objects.get().waiting_since == since
    adopting.advance(
        asked, AdoptionTransition.WRITE, by=None, side=Side.GIVER, idempotency_key=uuid.uuid4(), note="Sì"
    )
    assert Adoption.objects.get().waiting_since > since


def test_transition_changes_the_content_version(asked):
    advance(asked, AdoptionTransition.REPLY)
    before = ContentVersion.objects.get(pk=1).number
    advance(asked, AdoptionTransition.AGREE)
    assert ContentVersion.objects.get(pk=1).number > before


PRACTICE = {
    "name": "Superisolati",
    "city": "Barcellona",
    "country": "Spagna",
    "url": "https://example.org/superilles",
    "adopted_on": "2024",
    "what_changed": "Un solo quartiere",
}


def test_practice_from_outside_shows_on_city_card_and_api(client, card, giver, adopter):
    client.force_login(giver)
    body = giver.memberships.get().organisation
    data = {**PRACTICE, "idempotency_key": uuid.uuid4(), "adopter": body.pk, "record": card.record_id}
    for _click in range(2):
        assert client.post(reverse("officer:practice-add"), data).status_code == 302
    practice = OutsidePractice.objects.get()
    for address in (f"/progetti/{card.slug}/", "/citta/torino/"):
        page = client.get(address).content.decode()
        assert "Superisolati" in page
        assert 'href="https://example.org/superilles"' in page
    row = client.get(reverse("api:adoptions", args=[card.code])).json()["results"][0]
    assert (row["kind"], row["source"]["city"], row["counts_as"]) == ("outside", "Barcellona", None)
    remove = reverse("officer:practice-remove", args=[practice.pk])
    client.force_login(adopter)
    assert client.post(remove).status_code == 403
    client.force_login(giver)
    assert client.post(remove).status_code == 302
    client.logout()
    assert "Superisolati" not in client.get("/citta/torino/").content.decode()


@pytest.mark.parametrize("name", ["name", "city", "country", "url"])
def test_practice_requires_its_source(client, giver, name):
    client.force_login(giver)
    body = giver.memberships.get().organisation
    data = {**PRACTICE, "idempotency_key": uuid.uuid4(), "adopter": body.pk, name: ""}
    assert client.post(reverse("officer:practice-add"), data).status_code == 422
    assert not OutsidePractice.objects.exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "non un indirizzo"])
def test_practice_refuses_bad_addresses(client, giver, url):
    client.force_login(giver)
    body = giver.memberships.get().organisation
    data = {**PRACTICE, "idempotency_key": uuid.uuid4(), "adopter": body.pk, "url": url}
    assert client.post(reverse("officer:practice-add"), data).status_code == 422


STEPS = [{"move": "ask", "on": date(2025, 1, 1)}, {"move": "reply", "on": date(2025, 1, 8)}]
SERVED = [*STEPS, *({"move": m, "on": date(2025, 2, 1)} for m in ("agree", "adapt", "start"))]


def test_demonstration_counts_only_in_a_demonstration(client, card, municipalities, settings):
    settings.DEMO = True
    adopting.demonstrate(card.record, adopter=body_of_municipality(municipalities["ivrea"]), steps=SERVED)
    address = reverse("api:adoptions", args=[card.code])
    assert [r["is_demonstration"] for r in client.get(address).json()["results"]] == [True]
    assert Standing.objects.get().is_demonstration
    assert "dimostrativo" in client.get(f"/progetti/{card.slug}/").content.decode()
    settings.DEMO = False
    assert panel_of(card.record_id, {"partners": [], "documents": []}).score.adoptions == 0
    assert family_of(card.record_id).count == 0
    assert not Standing.objects.visible().exists()


def test_real_adoption_replaces_the_demonstration(asked, card, municipalities, settings):
    settings.DEMO = True
    adopting.demonstrate(
        card.record, adopter=body_of_municipality(municipalities["val_di_chy"]), steps=SERVED
    )
    assert [node.body.name for node in family_of(card.record_id).nodes] == ["Comune di Val di Chy"]
    advance(asked, AdoptionTransition.REPLY)
    assert [node.body.name for node in family_of(card.record_id).nodes] == ["Comune di Ivrea"]


def test_demonstrations_load_once_and_report_bad_entries(card, tmp_path, settings):
    settings.DEMO = True
    type(builders.project_of(card)).objects.update(origin_key="led")
    step = '{"move": "ask", "on": "2026-01-01"}'
    path = tmp_path / "adoptions.json"
    path.write_text(
        f'{{"adoptions": [{{"project": "led", "municipality": "E379", "steps": [{step}]}},'
        f'{{"project": "led", "municipality": "L219", "steps": [{step}]}},'
        f'{{"project": "manca", "municipality": "E379", "steps": [{step}]}}], "practices": []}}'
    )
    first, second = load_adoptions(path), load_adoptions(path)
    assert (first.created, second.unchanged) == (["led/E379"], ["led/E379"])
    assert (
        first.problems
        == second.problems
        == [
            "led/L219: un ente non riusa un progetto proprio",
            "manca/E379: il progetto non c’è",
        ]
    )
    assert Adoption.objects.get().is_demonstration


# The project that came of it


def result_of(adoption, card, client, **more):
    data = {"mossa": "nato", "nato-result": card.record_id if card else "", **more}
    return client.post(page_of(adoption), data)


@pytest.fixture
def own_card(adopter, desk, municipalities):
    return builders.published(adopter, desk, municipalities["ivrea"], title="Lampioni di Ivrea")


def test_both_cards_link_each_other(client, asked, adopter, card, own_card):
    advanced_to(asked, AdoptionState.IN_SERVICE)
    client.force_login(adopter)
    assert "Lampioni di Ivrea" in client.get(page_of(asked)).content.decode()
    assert result_of(asked, own_card, client).status_code == 302
    client.logout()
    theirs = client.get(f"/progetti/{card.slug}/").content.decode()
    assert f'href="/progetti/{own_card.slug}/"' in theirs
    assert '<h2 id="reuse-title">Chi lo ha riusato</h2>' in theirs
    mine = client.get(f"/progetti/{own_card.slug}/").content.decode()
    assert "Nasce dal riuso di" in mine
    assert f'href="/progetti/{card.slug}/#riusi"' in mine
    rows = client.get(f"/api/v1/projects/{card.code}/adoptions").json()["results"]
    assert [row["result"] for row in rows] == [own_card.code]
    # Sent again, it changes nothing.
    events = Entry.objects.filter(verb="adoption_result")
    client.force_login(adopter)
    result_of(asked, own_card, client)
    assert events.count() == 1
    result_of(asked, None, client)
    asked.refresh_from_db()
    assert (asked.result, events.count()) == (None, 2)


def test_result_is_the_adopters_own_and_comes_after_the_agreement(
    client, asked, adopter, card, own_card, desk, municipalities
):
    client.force_login(adopter)
    assert result_of(asked, own_card, client).status_code == 403
    advanced_to(asked, AdoptionState.ADAPTATION)
    foreign = builders.published(
        builders.officer(municipalities["val_di_chy"], "v@example.org"), desk, municipalities["val_di_chy"]
    )
    for wrong in (card, foreign):
        assert result_of(asked, wrong, client).status_code == 422
        with pytest.raises(WrongMove), transaction.atomic():
            adopting.set_result(asked, by=adopter, result=wrong.record)
    asked.refresh_from_db()
    assert asked.result is None


@pytest.mark.parametrize(("who", "status"), [("giver", 403), ("stranger", 403), ("desk", 302)])
def test_who_may_name_the_result(client, asked, adopter, own_card, giver, desk, municipalities, who, status):
    advanced_to(asked, AdoptionState.IN_SERVICE)
    stranger = builders.officer(municipalities["val_di_chy"], "v@example.org")
    client.force_login({"giver": giver, "stranger": stranger, "desk": desk}[who])
    assert result_of(asked, own_card, client).status_code == status


def test_result_that_was_withdrawn_is_not_named(client, asked, adopter, card, own_card, desk):
    advanced_to(asked, AdoptionState.IN_SERVICE)
    adopting.set_result(asked, by=adopter, result=own_card.record)
    publishing.withdraw(own_card, by=desk, reason="Doppione")
    page = client.get(f"/progetti/{card.slug}/").content.decode()
    assert "Il progetto che ne è nato" not in page
    assert client.get(f"/progetti/{card.slug}/scheda.pdf").status_code == 200
