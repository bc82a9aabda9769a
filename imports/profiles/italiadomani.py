"""Italia Domani: projects of the recovery plan (PNRR), with their places in a second file.

Three schemas: January 2023 (28 columns, `114.000.000`, `N/D`), the validated one of February 2023 (50
columns; Parquet of ondata), and later ones (63 columns, decimal comma). One CUP may have several projects.
"""

from imports.profiles.base import Item, Place, Profile, Refused, amount, cup_of, day, facts, value


class ItaliaDomani(Profile):
    name = source = "italiadomani"
    licence = "open data, licenza non indicata nel file"
    home = "https://www.italiadomani.gov.it/"
    required = ("CUP", "Codice Locale Progetto", "Titolo progetto")
    takes_places = True
    is_whole = True

    def read(self, row):
        warnings: list[str] = []
        cup = cup_of(value(row, "cup"), warnings)
        local = value(row, "codice_locale_progetto")
        if not (cup or local):
            raise Refused("mancano CUP e Codice Locale Progetto")
        # The early schema writes `114.000.000`; later ones a decimal comma; Parquet a decimal point.
        amounts = value(row, "finanziamento_pnrr") + value(row, "finanz_totale", "finanziamento_totale")
        mark = self.options.get("decimal_mark") or ("," if "finanz_totale" in row or "," in amounts else ".")
        return Item(
            key=f"{cup}|{local}"[:160],
            facts=facts(
                dataset="PNRR",
                cup=cup,
                # A few have none.
                title=value(row, "titolo_progetto", "sintesi_progetto", "descrizione_submisura"),
                summary=value(row, "sintesi_progetto"),
                measure=value(row, "descrizione_submisura", "descrizione_misura"),
                call=value(row, "titolo_procedura"),
                body=value(row, "soggetto_attuatore"),
                amount=amount(value(row, "finanziamento_pnrr"), warnings, decimal_mark=mark),
                total=amount(
                    value(row, "finanziamento_totale", "finanz_totale"), warnings, decimal_mark=mark
                ),
                state=value(row, "stato_cup"),
                state_on=day(value(row, "data_aggiornamento"), warnings),
                url=f"https://opencup.gov.it/portale/web/opencup/progetto/-/cup/{cup}" if cup else self.home,
            ),
            warnings=warnings,
        )

    @staticmethod
    def place(row) -> tuple[str, str, Place | None]:
        """CUP, local code (empty in the early schema) and municipality of a row of places; None above it."""
        code = value(row, "cod_istat_comune")
        if not code:
            province, number = (
                value(row, "provincia", "codice_provincia"),
                value(row, "comune", "codice_comune"),
            )
            known = province.isdigit() and number.isdigit() and int(province) and int(number)
            code = f"{int(province):03}{int(number):03}" if known else ""
        cup = value(row, "cup").upper().replace(" ", "")
        name, sigla = value(row, "descrizione_comune"), value(row, "descrizione_provincia")
        place = Place(codes=(code,), name=name, province=sigla) if code else None
        return cup, value(row, "codice_locale_progetto"), place
