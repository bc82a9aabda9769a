"""Any table: the operator says which column holds what; saved under a name, it is a profile of its own."""

import hashlib

from django.utils.translation import gettext as _

from imports.profiles.base import Item, Place, Profile, Refused, amount, cup_of, day, facts, folded, value

# What a column may hold.
TARGETS = {
    "key": "codice del progetto nel file",
    "title": "titolo",
    "summary": "descrizione",
    "cup": "CUP",
    "municipality": "Comune: nome o codice",
    "province": "provincia",
    "body": "ente",
    "measure": "misura o programma",
    "call": "avviso",
    "amount": "finanziamento",
    "total": "costo totale",
    "state": "stato",
    "decided_on": "data",
    "url": "collegamento",
}


class Generic(Profile):
    name = source = "generic"
    licence = "quella del file"
    home = ""
    required = ()

    def __init__(self, options=None):
        super().__init__(options)
        self.map = {target: folded(name) for target, name in self.options.get("columns", {}).items()}

    def columns(self, names):
        known = {folded(name) for name in names}
        missing = [name for name in self.options.get("columns", {}).values() if folded(name) not in known]
        return missing if self.map.get("title") else ["title=…", *missing]

    def read(self, row):
        warnings: list[str] = []
        said = {target: value(row, name) for target, name in self.map.items()}
        mark = self.options.get("decimal_mark") or ","
        cup = cup_of(said.get("cup", ""), warnings)
        key = said.get("key") or cup
        if not key:
            text = "|".join([said.get("title", ""), said.get("municipality", ""), said.get("body", "")])
            if not text.strip("|"):
                raise Refused(_("manca il titolo"))
            key = hashlib.sha256(text.encode()).hexdigest()
        name = said.get("municipality", "")
        place = Place(codes=(name,), name=name, province=said.get("province", ""))
        dataset = self.options.get("name", "")
        return Item(
            key=f"{dataset}|{key}"[:160],
            facts=facts(
                dataset=dataset,
                cup=cup,
                title=said.get("title", ""),
                summary=said.get("summary", ""),
                measure=said.get("measure", ""),
                call=said.get("call", ""),
                body=said.get("body", ""),
                amount=amount(said.get("amount", ""), warnings, decimal_mark=mark),
                total=amount(said.get("total", ""), warnings, decimal_mark=mark),
                state=said.get("state", ""),
                decided_on=day(said.get("decided_on", ""), warnings),
                url=said.get("url", "")[:500] if said.get("url", "").startswith("http") else "",
            ),
            places=[place] if name else [],
            warnings=warnings,
        )
