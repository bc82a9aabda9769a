from accounts.rules import is_reviewer, organisations_of
from municipalities.models import Organisation, Territory


def municipalities_of(user):
    """The municipalities whose city card the person's bodies write."""
    mine = Organisation.objects.filter(pk__in=organisations_of(user), kind=Organisation.Kind.MUNICIPALITY)
    return Territory.objects.municipalities().current().filter(pk__in=mine.values("territory"))


def can_write_city(user, municipality: Territory) -> bool:
    return is_reviewer(user) or municipalities_of(user).filter(pk=municipality.pk).exists()
