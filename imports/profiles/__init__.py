"""Mapping profiles: what the columns of a source mean. PROFILES, by name, read a row into an Item."""

from imports.profiles.base import Item, Profile, Refused
from imports.profiles.generic import Generic
from imports.profiles.italiadomani import ItaliaDomani
from imports.profiles.opencoesione import OpenCoesione
from imports.profiles.opencup import OpenCup
from imports.profiles.padigitale import PaDigitale

PROFILES: dict[str, type[Profile]] = {
    one.name: one for one in (PaDigitale, ItaliaDomani, OpenCup, OpenCoesione, Generic)
}

__all__ = ["PROFILES", "Item", "Profile", "Refused"]
