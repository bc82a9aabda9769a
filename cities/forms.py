"""The texts of a city card, as the office writes them: paragraphs, one link, what it looks for."""

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.areas import AREA_CHOICES
from cities.models import CityProfile

MAX_NEEDS, MAX_FEATURED = 6, 4


class CityForm(forms.ModelForm):
    featured = forms.MultipleChoiceField(
        label=_("Progetti in evidenza"),
        help_text=_("Al massimo quattro. Se non scegli, mostriamo i più recenti."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = CityProfile
        fields = ["summary", "strategy", "strategy_url", "governance", "office", "email", "featured"]
        help_texts = {
            "summary": _("Una o due frasi sotto il nome, al massimo 400 caratteri"),
            "strategy": _("Che cosa vuole la città, e con quali atti. Una riga vuota separa i paragrafi."),
            "strategy_url": _("L’indirizzo dell’atto o del piano, se è pubblico"),
            "governance": _("Quali uffici, quale assessorato, quali organi decidono"),
            "email": _("Un’e-mail dell’ufficio, non di una persona: è pubblica"),
        }
        error_messages = {
            "strategy_url": {"invalid": _("Scrivi un indirizzo, per esempio https://www.comune.esempio.it")},
            "email": {"invalid": _("Scrivi un’e-mail, per esempio innovazione@comune.esempio.it")},
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3, "data-counter": 400}),
            "strategy": forms.Textarea(attrs={"rows": 8}),
            "governance": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args, projects: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["featured"].choices = projects
        if not projects:
            del self.fields["featured"]

    def clean_featured(self):
        chosen = self.cleaned_data["featured"]
        if len(chosen) > MAX_FEATURED:
            raise forms.ValidationError(
                _("Scegli al massimo quattro progetti: ne hai scelti %(n)s"), params={"n": len(chosen)}
            )
        return chosen

    def texts(self) -> dict:
        return {"featured": [], **self.cleaned_data}


class NeedForm(forms.Form):
    title = forms.CharField(label=_("Che cosa cercate"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Perché e per quando"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    area = forms.ChoiceField(label=_("Area"), choices=[("", _("Scegli")), *AREA_CHOICES], required=False)

    def clean(self):
        data = super().clean()
        if not data.get("title") and (data.get("text") or data.get("area")):
            self.add_error("title", _("Scrivi che cosa cercate, o svuota anche gli altri campi"))
        return data


NeedFormSet = formset_factory(NeedForm, extra=0, max_num=MAX_NEEDS, absolute_max=MAX_NEEDS)


def need_forms(data=None, *, needs=()) -> forms.BaseFormSet:
    """The rows written so far and two empty ones, six at most."""
    rows = [{"title": n.title, "text": n.text, "area": n.area} for n in needs]
    rows += [{}] * min(2, MAX_NEEDS - len(rows))
    return NeedFormSet(data, initial=rows, prefix="needs")


def needs_of(formset) -> list[dict]:
    return [form.cleaned_data for form in formset if form.cleaned_data.get("title")]
