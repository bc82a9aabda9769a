"""Limits of sign-in: for an account from one network, for an account, for a network.

The second holds for networks from which the person has not signed in before: guesses from many addresses do
not shut the owner out. A new password from the mailed link begins anew.
"""

from datetime import timedelta

from django.utils import timezone

from lib import rates
from lib.audit import Entry
from lib.networks import network_of, truncated

SECONDS = 15 * 60
HERE, EVERYWHERE, NETWORK = 5, 10, 100
KNOWN_FOR = timedelta(days=90)


class TooManyAttempts(Exception):
    """`is_first`: the account reaches its limit with this attempt."""

    def __init__(self, is_first: bool = False):
        self.is_first = is_first


def admit(email: str, address: str) -> None:
    """Count an attempt before the password is looked at. Raises TooManyAttempts."""
    network = network_of(address)
    if rates.use("sign-in-here", f"{email}|{network}", SECONDS) > HERE:
        raise TooManyAttempts
    if not is_known(email, address):
        uses = rates.use("sign-in-account", email, SECONDS)
        if uses > EVERYWHERE:
            raise TooManyAttempts(is_first=uses == EVERYWHERE + 1)
    if rates.use("sign-in-network", network, SECONDS) > NETWORK:
        raise TooManyAttempts


def succeeded(email: str, address: str) -> None:
    """The attempt was the owner's: it does not count."""
    network = network_of(address)
    rates.give_back("sign-in-here", f"{email}|{network}")
    rates.give_back("sign-in-account", email)
    rates.give_back("sign-in-network", network)


def forget(email: str, address: str) -> None:
    """Begin anew for an account, after a new password."""
    rates.forget("sign-in-here", f"{email}|{network_of(address)}")
    rates.forget("sign-in-account", email)


def is_known(email: str, address: str) -> bool:
    """Whether the person has signed in from this network lately."""
    return is_known_among(networks_of(email), address)


def is_known_among(networks: set[str], address: str) -> bool:
    """Whether the network of an address is one of these."""
    return truncated(address) in networks


def networks_of(email: str) -> set[str]:
    """The truncated networks from which a person has signed in lately."""
    entries = Entry.objects.filter(verb="sign_in", by__email=email, at__gte=timezone.now() - KNOWN_FOR)
    return {truncated(address) for address in entries.values_list("address", flat=True)}
