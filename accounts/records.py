"""Accounts as subjects of the audit log."""

from accounts.models import User
from lib import audit


def subject_of(user: User) -> audit.Subject:
    """An account, with the name of its owner of now."""
    return audit.Subject("account", str(user.pk), str(user))
