"""What people are told without asking, and deadlines in the zone where they live."""

from __future__ import annotations

from app.models import Task, db
from tests import pk
from tests.world import DUA, World


def test_the_operator_is_told_of_a_refusal(at_the_head: World) -> None:
    pk.refuse(at_the_head.head(), "Tandatangani PK", "Target indikator kedua masih terlalu rendah.")
    operator = at_the_head.operator()
    assert "1 baru" in operator.open("/tugas").text
    assert "PK ditolak Kepala Satker." in operator.open("/pemberitahuan").text
    assert "1 baru" not in operator.open("/tugas").text


def test_the_operator_is_told_that_it_is_signed(archived: World) -> None:
    assert "PK telah ditandatangani kedua pihak" in archived.operator().open("/pemberitahuan").text


def test_a_deadline_in_makassar_ends_at_midnight_there(world: World) -> None:
    """23.59 WITA is 15.59 UTC; counted in WIB it read "4 hari lagi" on a task of three working days."""
    pk.to_the_head(world, DUA)
    due = world.all(db.select(Task.due).where(Task.element == "persetujuan_kepala"))
    assert [(d.hour, d.minute) for d in due] == [(15, 59)]
