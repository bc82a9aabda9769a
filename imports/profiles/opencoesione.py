"""OpenCoesione: projects of the cohesion policies (`progetti_esteso`), `;`, decimal comma, `:::` in lists."""

from imports.profiles.base import Item, Place, Profile, Refused, amount, cup_of, day, facts, value

SEPARATOR = ":::"


class OpenCoesione(Profile):
    name = source = "opencoesione"
    licence = "CC BY 4.0"
    home = "https://opencoesione.gov.it/"
    required = ("COD_LOCALE_PROGETTO", "OC_TITOLO_PROGETTO")

    def read(self, row):
        warnings: list[str] = []
        local = value(row, "cod_locale_progetto")
        if not local:
            raise Refused("manca COD_LOCALE_PROGETTO")
        codes = [code.strip() for code in value(row, "cod_comune").split(SEPARATOR)]
        names = value(row, "den_comune").split(SEPARATOR)
        places = [
            # Region (3 digits) and ISTAT code (6).
            Place(codes=(code[-6:].zfill(6),), name=names[number].strip() if number < len(names) else "")
            for number, code in enumerate(codes)
            # 000 as the last digits is a whole province.
            if code and not code.endswith("000")
        ]
        return Item(
            key=local[:160],
            facts=facts(
                dataset=value(row, "oc_descr_ciclo"),
                cup=cup_of(value(row, "cup"), warnings),
                title=value(row, "oc_titolo_progetto"),
                summary=value(row, "oc_sintesi_progetto"),
                measure=value(row, "oc_tema_sintetico"),
                call=value(row, "oc_descrizione_programma"),
                body=value(row, "oc_denom_beneficiario", "den_beneficiario"),
                amount=amount(value(row, "oc_finanz_tot_pub_netto"), warnings, decimal_mark=","),
                total=amount(value(row, "finanz_totale_pubblico"), warnings, decimal_mark=","),
                state=value(row, "oc_stato_progetto"),
                decided_on=day(value(row, "oc_data_inizio_progetto"), warnings),
                state_on=day(value(row, "data_aggiornamento"), warnings),
                url=value(row, "oc_link") or self.home,
            ),
            places=places,
            warnings=warnings,
        )
