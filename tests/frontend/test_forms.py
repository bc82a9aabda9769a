"""How a field is written: label, hint, error, each tied to the control."""

import re

from django import forms
from django.template.loader import render_to_string

from cards.vocabulary.areas import AREA_CHOICES


class Sample(forms.Form):
    title = forms.CharField(label="Titolo", help_text="Al massimo 120 caratteri")
    notes = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    primary_area = forms.ChoiceField(label="Area", choices=AREA_CHOICES, widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Dichiaro che è vero")


def field(name: str, data=None) -> str:
    return str(Sample(data)[name].as_field_group())


def test_text_field_has_label_and_hint():
    html = field("title")
    assert '<label for="id_title">Titolo</label>' in html
    assert '<div class="field-hint" id="id_title_helptext">Al massimo 120 caratteri</div>' in html
    assert 'aria-describedby="id_title_helptext"' in html
    assert "facoltativo" not in html
    assert "aria-invalid" not in html


def test_optional_field_is_marked():
    assert re.search(r'Note <span class="optional">\(facoltativo\)</span>', field("notes"))


def test_draft_field_is_marked_by_what_sending_will_require():
    form = Sample()
    form.fields["title"].required = False
    form.fields["title"].is_optional = False
    assert "facoltativo" not in form["title"].as_field_group()


def test_error_is_said_beside_the_field():
    html = field("title", {})
    assert 'aria-invalid="true"' in html
    assert re.search(r'aria-describedby="[^"]*id_title_error', html)
    assert re.search(r'id="id_title_error"><p class="field-error">.*Errore: </span>', html, re.DOTALL)


def test_group_of_choices_is_a_fieldset_with_icons():
    html = field("primary_area")
    assert re.search(r"<fieldset[^>]*>\s*<legend>Area</legend>", html)
    assert html.count('type="radio"') == 8
    assert "#area-energia" in html


def test_single_box_carries_its_label_after():
    html = field("agreed")
    assert html.count("<label") == 1
    assert html.index("<input") < html.index("<label")


def test_summary_links_every_error():
    html = render_to_string("components/_error_summary.html", {"form": Sample({})})
    assert "Ci sono 3 problemi" in html
    assert re.findall(r'href="#([^"]+)"', html) == ["id_title", "id_primary_area_0", "id_agreed"]
    assert 'role="alert" tabindex="-1"' in html


def test_summary_of_one_error_speaks_in_the_singular():
    data = {"primary_area": "energy", "agreed": "on"}
    assert "C’è un problema" in render_to_string("components/_error_summary.html", {"form": Sample(data)})


def test_summary_is_absent_without_errors():
    data = {"title": "Luce", "primary_area": "energy", "agreed": "on"}
    assert render_to_string("components/_error_summary.html", {"form": Sample(data)}).strip() == ""
