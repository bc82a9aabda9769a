"""OpenCUP: the register of public investment projects; "Focus PNRR" (35 columns) and "Progetti" (62).

The title is `body*place*description`.
"""

from imports.profiles.base import Item, Place, Profile, Refused, amount, cup_of, day, facts, value


class OpenCup(Profile):
    name = source = "opencup"
    licence = "open data, licenza non indicata nel file"
    home = "https://opencup.gov.it/"
    required = ()

    def columns(self, names):
        known = {name.lower() for name in names}
        return [] if {"codice_cup", "cup"} & known else ["CODICE_CUP"]

    def read(self, row):
        warnings: list[str] = []
        cup = cup_of(value(row, "codice_cup", "cup"), warnings)
        if not cup:
            raise Refused("manca il CUP")
        told = value(row, "descrizione_aggregata", "descrizione_sintetica_cup")
        mark = "," if self.options.get("decimal_mark") == "," else "."
        code = value(row, "codi_codice_comune", "codice_comune")
        name, province = value(row, "comune"), value(row, "provincia")
        return Item(
            key=cup,
            facts=facts(
                dataset=value(row, "nome_tematica"),
                cup=cup,
                title=told.split("*")[-1].strip() or told,
                summary=told,
                measure=value(row, "nome_tematica"),
                call=value(row, "descrizione_template"),
                body=value(row, "soggetto_titolare"),
                amount=amount(
                    value(row, "impo_importo_finanziato", "finanziamento_progetto"),
                    warnings,
                    decimal_mark=mark,
                ),
                total=amount(
                    value(row, "impo_costo_progetto", "costo_progetto"), warnings, decimal_mark=mark
                ),
                state=value(row, "stato_progetto"),
                decided_on=day(value(row, "anno_decisione"), warnings),
                state_on=day(value(row, "data_generazione_completo"), warnings),
                url=f"https://opencup.gov.it/portale/web/opencup/progetto/-/cup/{cup}",
            ),
            places=[Place(codes=(code.zfill(6),), name=name, province=province)] if code else [],
            warnings=warnings,
        )
