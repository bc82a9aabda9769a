"""PA digitale 2026: applications of bodies to the calls of the Department for digital transformation.

CSV of 15 to 20 columns (github.com/teamdigitale/padigitale2026-opendata, CC BY 4.0). One body may apply twice
with one CUP, after a withdrawal: they are one project, which stands as its newest application says.
"""

from imports.profiles.base import Item, Place, Profile, Refused, amount, cup_of, day, facts, value

# Measures by the number with which a call begins: files of other bodies have no column for it.
MEASURES = {
    "1.1": "1.1 Infrastrutture digitali",
    "1.2": "1.2 Abilitazione e facilitazione migrazione al Cloud",
    "1.3.1": "1.3.1 Piattaforma Digitale Nazionale Dati",
    "1.4.1": "1.4.1 Esperienza del cittadino nei servizi pubblici",
    "1.4.3": "1.4.3 Adozione PagoPA e AppIO",
    "1.4.4": "1.4.4 Adozione identità digitale",
    "1.4.5": "1.4.5 Digitalizzazione degli avvisi pubblici",
}
KINDS = {"Comune": "Comuni", "": "Comuni"}
STATES = {"A": "Finanziata", "R": "Rinunciata", "E": "Erogata"}


class PaDigitale(Profile):
    name = source = "padigitale2026"
    licence = "CC BY 4.0"
    home = "https://padigitale2026.gov.it/"
    required = (
        "codice_ipa",
        "cod_comune",
        "importo_finanziamento",
        "avviso",
        "codice_cup",
        "stato_candidatura",
    )
    is_whole = True

    def read(self, row):
        warnings: list[str] = []
        ipa, call = value(row, "codice_ipa").lower(), value(row, "avviso")
        cup = cup_of(value(row, "codice_cup"), warnings)
        sent = value(row, "data_invio_candidatura")
        if not ipa:
            raise Refused("manca codice_ipa")
        if not cup:
            warnings.append("manca il CUP")
        name, province = value(row, "comune"), row.get("provincia", "").strip()
        number, kind = call.partition(" ")[0], value(row, "tipologia_ente")
        letter = value(row, "stato_candidatura").upper()
        return Item(
            key=f"{cup or f'{call}|{sent}'}|{ipa}"[:160],
            facts=facts(
                # Measure and kind of body: what one file covers whole.
                dataset=f"{number} {KINDS.get(kind, kind)}",
                cup=cup,
                title=call,
                measure=value(row, "misura") or MEASURES.get(number, ""),
                call=call,
                body=value(row, "ente") or (f"Comune di {name}" if ipa.startswith("c_") else name),
                amount=amount(value(row, "importo_finanziamento"), warnings),
                state=STATES.get(letter, letter),
                is_withdrawn=letter == "R",
                decided_on=day(value(row, "data_finanziamento"), warnings),
                state_on=day(value(row, "data_stato_candidatura"), warnings),
                url=self.home,
            ),
            places=[Place(codes=(value(row, "cod_comune"),), name=name, province=province)],
            hints=[Place(codes=(ipa[2:].upper(),))] if ipa.startswith("c_") else [],
            rank=(letter != "R", sent),
            warnings=warnings,
        )
