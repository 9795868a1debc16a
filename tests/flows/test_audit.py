# ruff: noqa: F811  (fixtures are imported by name)
"""The audit list: chained, whole after a crash, readable by several writers at once, and without any secret."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.flows import audit
from app.flows.delays import insert_into
from app.flows.rights import Actor
from app.models import Audit, AuditHead, User, db
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

ADMIN = Actor(1, "Admin Contoh", None, 2026)
NIK = "9901015705720002"


@pytest.fixture
def house(world: World):
    with world.app.app_context():
        db.session.execute(delete(Audit))
        db.session.execute(delete(AuditHead))
        db.session.commit()
        yield world


def note(n: int = 1, **more: object) -> None:
    for i in range(n):
        audit.write("akun", f"akun sim{i}", clock.now(), after={"nama": f"Orang {i}"}, **more)
    db.session.commit()


def last() -> Audit:
    db.session.expire_all()
    return db.session.scalars(db.select(Audit).order_by(Audit.seq.desc()).limit(1)).one()


def test_entries_follow_each_other_in_one_chain(house: World) -> None:
    note(3)
    rows = db.session.scalars(db.select(Audit).order_by(Audit.seq)).all()
    assert [r.seq for r in rows] == [1, 2, 3]
    assert [r.prev_hash for r in rows] == ["", rows[0].hash, rows[1].hash]
    assert audit.check() == audit.Chain(3, rows[2].hash, None)
    assert audit.broken_at() is None


def test_an_empty_list_is_whole(house: World) -> None:
    assert audit.check() == audit.Chain(0, "", None)


def test_an_entry_goes_with_the_transaction_of_what_it_tells_of(house: World) -> None:
    note()
    user = db.session.scalars(db.select(User).limit(1)).one()
    was = user.nama
    user.nama = "Nama lain"
    audit.write("akun", "akun x", clock.now(), before={"nama": was}, after={"nama": "Nama lain"})
    db.session.rollback()
    assert db.session.get_one(User, user.id).nama == was
    assert audit.check().count == 1
    with pytest.raises(RuntimeError), db.engine.begin() as conn:
        audit.write("akun", "akun y", clock.now(), conn=conn)
        raise RuntimeError
    note()
    assert audit.check().count == 2 and audit.broken_at() is None


SPOILT = [
    (update(Audit).where(Audit.seq == 3).values(actor="Orang lain"), 3, audit.CHANGED),
    (update(Audit).where(Audit.seq == 3).values(at=datetime(2020, 1, 1, tzinfo=UTC)), 3, audit.CHANGED),
    (update(Audit).where(Audit.seq == 3).values(after={"nama": "x"}), 3, audit.CHANGED),
    (update(Audit).where(Audit.seq == 3).values(hash="0" * 64), 3, audit.CHANGED),
    (update(Audit).where(Audit.seq == 3).values(prev_hash="0" * 64), 3, audit.LOOSE),
    (delete(Audit).where(Audit.seq == 3), 3, audit.MISSING),
    (delete(Audit).where(Audit.seq == 1), 1, audit.MISSING),
    (delete(Audit).where(Audit.seq > 3), 4, audit.CUT),
    (delete(Audit), 1, audit.CUT),
    (update(AuditHead).values(hash="0" * 64), 5, audit.OTHER_HEAD),
    (update(AuditHead).values(seq=9), 6, audit.CUT),
    (update(AuditHead).values(seq=2), 5, audit.OTHER_HEAD),
    (delete(AuditHead), 5, audit.OTHER_HEAD),
]


@pytest.mark.parametrize(("spoil", "seq", "words"), SPOILT, ids=range(len(SPOILT)))
def test_what_was_changed_behind_the_back_is_found(house: World, spoil, seq: int, words: str) -> None:
    note(5)
    house.write(spoil)
    assert audit.broken_at() == audit.Fault(seq, words)


def test_an_entry_put_in_between_is_found(house: World) -> None:
    note(3)
    house.write(update(Audit).where(Audit.seq == 3).values(seq=4))
    forged = {"seq": 3, "at": clock.now(), "kind": "akun", "actor_id": None, "actor": "", "address": "", "subject": "x"}
    forged |= {"before": {}, "after": {}, "note": "", "prev_hash": last().prev_hash}
    house.write(insert(Audit).values(**forged, hash=audit.digest(forged)))
    assert audit.broken_at() == audit.Fault(4, audit.LOOSE)


def test_threads_that_write_at_once_wait_for_each_other(house: World) -> None:
    faults: list[Exception] = []

    def write() -> None:
        try:
            with house.app.app_context():
                for _ in range(15):
                    note()
        except Exception as e:
            faults.append(e)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert faults == []
    assert audit.check() == audit.Chain(60, last().hash, None)


PROCESS = """
import sys
from pathlib import Path
from app import clock
from app.flows import audit
from app.models import db
from tests.world import open_house
with open_house(Path(sys.argv[1]), None).app.app_context():
    for n in range(20):
        audit.write("akun", f"akun {sys.argv[2]}", clock.now())
        db.session.commit()
"""


def test_processes_that_write_at_once_wait_for_each_other(house: World) -> None:
    root = Path(__file__).resolve().parents[2]
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, str(house.folder), name], cwd=root) for name in "ab"]
    assert [p.wait(60) for p in running] == [0, 0]
    assert audit.check() == audit.Chain(40, last().hash, None)


def test_the_first_statement_is_one_that_both_databases_wait_at(house: World) -> None:
    """PostgreSQL: an upsert takes the row's lock, also when two transactions make the very first entry."""
    new = insert_into(AuditHead).values(id=1, seq=1, hash="")
    assert "ON CONFLICT" in str(new.on_conflict_do_nothing())
    made = postgresql.insert(AuditHead).values(id=1, seq=1, hash="")
    text = str(
        made.on_conflict_do_update(index_elements=["id"], set_={"seq": AuditHead.seq + 1})
        .returning(AuditHead.seq, AuditHead.hash)
        .compile(dialect=postgresql.dialect())
    )
    assert "ON CONFLICT (id) DO UPDATE SET seq = (audit_head.seq + " in text and "RETURNING" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (NIK, "************0002"),
        (f"NIK {NIK}.", "NIK ************0002."),
        ("9901 0157 0572 0002", "************0002"),
        ("99.01.01.570572.0002", "************0002"),
        ("990101-570572-0002", "************0002"),
        ("1234567890123456", "************3456"),
        ("197205171998032002", "197205171998032002"),  # a NIP has 18
        ("2026-01-15 2026-11-22", "2026-01-15 2026-11-22"),
        ("081234567890", "081234567890"),
        ("Rp 1.250.000.000", "Rp 1.250.000.000"),
    ],
)
def test_what_could_be_a_nik_is_masked(text: str, shown: str) -> None:
    assert audit.mask(text) == shown


def test_a_nik_stands_nowhere_in_an_entry(house: World) -> None:
    audit.write(
        "akun",
        f"orang {NIK}",
        clock.now(),
        by=Actor(1, f"Sari {NIK}", None, 2026),
        before={NIK: NIK, "angka": int(NIK), "dalam": {"lagi": [{"x": (NIK, f"x{NIK}y")}]}, "himpunan": {NIK}},
        after={"nik": "9901 0157 0572 0002"},
        note=f"NIK-nya {NIK}",
    )
    db.session.commit()
    entry = last()
    every = str([entry.subject, entry.actor, entry.before, entry.after, entry.note])
    assert NIK not in every and "0157" not in every and every.count("************0002") == 10
    assert audit.broken_at() is None


@pytest.mark.parametrize("key", ["password", "Passphrase", "token", "csrf_token", "kata_sandi", "tte_password"])
def test_a_secret_is_refused_however_deep_it_stands(house: World, key: str) -> None:
    for values in ({key: "x"}, {"a": {key: "x"}}, {"a": [{"b": {key: 1}}]}):
        with pytest.raises(ValueError, match="secret"):
            audit.write("akun", "akun x", clock.now(), after=values)
    assert audit.check().count == 0


def test_what_is_too_deep_is_left_out_whatever_it_is_called(house: World) -> None:
    audit.write("akun", "x", clock.now(), after={"a": {"b": {"c": {"d": {"e": {"f": {"password": 1}}}}}}})
    assert last().after == {"a": {"b": {"c": {"d": {"e": {"f": "…"}}}}}}


def test_an_entry_has_a_bounded_size(house: World) -> None:
    audit.write(
        "muat",
        "x" * 5000,
        clock.now(),
        by=Actor(1, "y" * 500, None, 2026),
        after={f"k{n}": ["z" * 9000] * 500 for n in range(3)},
        before={f"k{n}": n for n in range(500)},
        note="n" * 50_000,
    )
    db.session.commit()
    entry = last()
    assert (len(entry.subject), len(entry.actor), len(entry.note)) == (200, 200, 2000)
    assert len(entry.before) == 50 and len(entry.after["k0"]) == 51 and len(entry.after["k0"][0]) == 500
    assert audit.broken_at() is None


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\u202e\u200b", "' OR 1=1 --", "<script>", "Ü\r\n"])
def test_any_text_can_be_written_and_read_back(house: World, text: str) -> None:
    audit.write("masuk_ditolak", f"akun {text}", clock.now(), after={"x": text, text: 1}, note=text)
    db.session.commit()
    assert "\0" not in last().subject and audit.broken_at() is None


def test_values_that_json_does_not_know_can_be_written(house: World) -> None:
    values = {"kapan": clock.now(), "hari": clock.now().date(), "besar": 2**70, "nan": float("nan"), "x": None, 3: True}
    audit.write("master", "x", clock.now(), after=values)
    db.session.commit()
    assert last().after["3"] is True and audit.broken_at() is None


def test_an_unknown_kind_is_a_mistake_of_ours(house: World) -> None:
    with pytest.raises(ValueError, match="no kind"):
        audit.write("lain", "x", clock.now())


def test_a_write_costs_little(house: World, capsys) -> None:
    """Without the commit, which belongs to what is told of: well under five milliseconds."""
    note()
    began = time.perf_counter()
    for n in range(200):
        audit.write("akun", f"akun {n}", clock.now(), by=ADMIN, before={"nama": "a"}, after={"nama": "b"})
    each = (time.perf_counter() - began) / 200 * 1000
    db.session.rollback()
    with capsys.disabled():
        print(f"\naudit.write: {each:.2f} ms")
    assert each < 20


def test_a_long_list_is_checked_piece_by_piece(house: World, capsys) -> None:
    _many(30_000)
    began = time.perf_counter()
    assert audit.check() == audit.Chain(30_000, last().hash, None)
    took = time.perf_counter() - began
    with capsys.disabled():
        print(f"\naudit.check: {took:.2f} s for 30,000 entries")
    assert took < 30
    house.write(update(Audit).where(Audit.seq == 29_999).values(note="x"))
    assert audit.broken_at() == audit.Fault(29_999, audit.CHANGED)


def _many(n: int) -> None:
    rows, before = [], ""
    for seq in range(1, n + 1):
        row = {"seq": seq, "at": clock.now(), "kind": "masuk", "actor_id": None, "actor": "Sari", "address": "10.0.0.1"}
        row |= {"subject": f"akun sim{seq}", "before": {}, "after": {"tahun": 2026}, "note": "", "prev_hash": before}
        before = row["hash"] = audit.digest(row)
        rows.append(row)
    with db.engine.begin() as conn:
        conn.execute(insert(Audit), rows)
        conn.execute(insert(AuditHead).values(id=1, seq=n, hash=before))
