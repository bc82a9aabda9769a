"""Notices to the owner of an account, in Italian and English: the portal does not know their language."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from lib.mail import send
from lib.networks import truncated


def signed_in_from_new_place(user: User, at: datetime, address: str) -> None:
    """A sign-in from a network that the person has not used lately."""
    where = truncated(address) or "?"
    send(
        user.email,
        "Accesso da una rete nuova / Sign-in from a new network",
        f"Il {_moment(at)} qualcuno è entrato con il tuo indirizzo da una rete nuova ({where}).\n"
        "Se sei tu, non devi fare niente. Altrimenti scegli subito una nuova password:\n"
        f"{_reset()}\n\n"
        "Somebody signed in with your address from a network that you had not used. "
        "If it was you, there is nothing to do; otherwise choose a new password at the address above.\n",
    )


def password_is_new(user: User, at: datetime) -> None:
    """The password was changed."""
    send(
        user.email,
        "La tua password è cambiata / Your password has changed",
        f"Il {_moment(at)} la password del tuo accesso è cambiata.\n"
        f"Se non sei tu, scegline subito un’altra:\n{_reset()}\n\n"
        "The password of your account has changed. If it was not you, choose another one at once, "
        "at the address above.\n",
    )


def email_is_new(user: User, before: str, after: str) -> None:
    """To the former address: the account has another one."""
    send(
        before,
        "Il tuo indirizzo è cambiato / Your address has changed",
        f"L’accesso di {user} ora usa l’indirizzo {after}.\n"
        f"Se non sei tu, scrivi a {settings.SECURITY_CONTACT}.\n\n"
        f"The account of {user} now has the address {after}. If it was not you, write to "
        f"{settings.SECURITY_CONTACT}.\n",
    )


def second_factor_changed(user: User, at: datetime, *, is_on: bool) -> None:
    """The second factor was activated, deactivated, or got new recovery codes."""
    what = "è attivo, o ha codici nuovi" if is_on else "è disattivato"
    state = "is active, or has new codes" if is_on else "is deactivated"
    send(
        user.email,
        "Il secondo fattore del tuo accesso / The second factor of your account",
        f"Dal {_moment(at)} il secondo fattore del tuo accesso {what}.\n"
        f"Se non sei tu, scegli subito una nuova password:\n{_reset()}\n\n"
        f"The second factor of your account {state}. If it was not you, choose a new password at once.\n",
    )


def identity_connected(user: User, at: datetime) -> None:
    """SPID, CIE or a directory now opens the account."""
    send(
        user.email,
        "Un’identità digitale apre il tuo accesso / A digital identity opens your account",
        f"Dal {_moment(at)} si entra nel tuo account anche con SPID, CIE o l’identità del tuo ente.\n"
        f"Se non sei tu, scollegala dalla pagina dell’account e scegli una nuova password:\n{_reset()}\n\n"
        "A digital identity is now connected to your account. If it was not you, disconnect it on the "
        "account page and choose a new password.\n",
    )


def many_attempts(user: User) -> None:
    """Somebody guesses the password: sign-in from new networks is closed for a while."""
    send(
        user.email,
        "Tentativi di accesso / Attempts to sign in",
        "Qualcuno prova a indovinare la tua password. Da reti che non hai mai usato l’accesso è chiuso per "
        f"15 minuti. Se sei tu e vuoi entrare subito, scegli una nuova password:\n{_reset()}\n\n"
        "Somebody is guessing your password. From networks that you have never used, sign-in is closed for "
        "15 minutes. To sign in at once, choose a new password at the address above.\n",
    )


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%d/%m/%Y alle %H:%M")


def _reset() -> str:
    with override("it"):
        return settings.SITE_URL + reverse("account_reset_password")
