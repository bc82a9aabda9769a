"""Synonyms and compounds of Italian administration, from the reviewed list synonyms.csv.

A row is a group of expressions that stand for each other (`|` between them), and the law, plan or usage that
they come from.
"""

import csv
from functools import cache
from pathlib import Path

from cardindex.synonyms import Thesaurus

FILE = Path(__file__).with_name("synonyms.csv")


@cache
def thesaurus() -> Thesaurus:
    with FILE.open(encoding="utf-8", newline="") as file:
        return Thesaurus(row["terms"].split("|") for row in csv.DictReader(file, delimiter=";"))
