"""The decision of Eselon 1 (guide: "Menunggu Proses Review Persetujuan Eselon 1", PK DITOLAK, PK DISETUJUI)."""

from __future__ import annotations

from forms.keputusan import Keputusan


class ReviewEselon1(Keputusan):
    """Eselon 1 signs as pihak kedua, or gives the PK back with a note.

    The guide speaks of review and persetujuan only; that the approval is a signature is our reading. A diagram that
    sets the task's property `tanda_tangan` to "tidak" has an approval without one.
    """

    title = "Review Persetujuan Eselon 1"
    key = "eselon_1"
    dari = "Eselon 1"
    refusal = "kembalikan"
    party = "pihak_kedua"
