"""Forms open to everybody: the guard lives with the lowest app that has one."""

from municipalities.limits import HONEYPOT, is_own_page, is_trapped, may_send, open_form, sender

__all__ = ["HONEYPOT", "is_own_page", "is_trapped", "may_send", "open_form", "sender"]
