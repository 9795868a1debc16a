"""The decision of Kepala Satker (guide: PK (INPUT PASSPHRASE), Menunggu Passphrase Kepala Satker)."""

from __future__ import annotations

from forms.keputusan import Keputusan


class InputPassphrase(Keputusan):
    """Kepala Satker signs the draft with the passphrase, or refuses it with a note."""

    title = "PK (Input Passphrase)"
    key = "kepala"
    dari = "Kepala Satker"
    refusal = "tolak"
    party = "pihak_pertama"
