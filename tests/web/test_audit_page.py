# ruff: noqa: F811  (fixtures are imported by name)
"""Jejak audit as an admin reads it, filters it, checks it and takes it away; and the same from the terminal."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import delete, insert, update

from app import clock
from app.flows import audit, audit_list
from app.flows.rights import Actor
from app.models import Audit, AuditHead, Event, db
from app.web.audit import differences
from tests.stories.conftest import archived  # noqa: F401 - a fixture
from tests.visitor import Visitor
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

NIK = "9901015705720002"


@pytest.fixture
def house(world: World):
    """Everybody is in, and the list begins anew."""
    world.admin().open("/tugas"), world.operator().open("/tugas")
    world.write(delete(Audit), delete(AuditHead))
    return world


def put(world: World, kind: str = "akun", subject: str = "akun sim100101", **more: object) -> None:
    with world.app.app_context():
        now = more.pop("now", None) or clock.now()
        audit.write(kind, subject, now, **more)  # type: ignore[arg-type]
        db.session.commit()


def entries(visitor: Visitor, query: str = "") -> list[str]:
    page = visitor.open(f"/audit{query}")
    return [" ".join(li.text_content().split()) for li in page.tree.xpath("//main//ol/li")]


def table(visitor: Visitor, query: str) -> list[list[str]]:
    answer = visitor.client.get(f"/audit?format=csv{query}")
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


def test_an_entry_says_who_when_from_where_what_and_both_sides(house: World) -> None:
    at = datetime(2026, 11, 21, 20, 5, tzinfo=UTC)
    put(house, by=Actor(1, "Sari", None, 2026), now=at, before={"nama": "Budi", "aktif": True},
        after={"nama": "Budi S.", "aktif": False}, note="Ejaan diperbaiki")  # fmt: skip
    (entry,) = entries(house.admin())
    for words in ("22 Nov 2026 03.05 WIB", "dari terminal", "nomor 1", "Akun diubah: akun sim100101", "oleh Sari",
                  "Nama: sebelumnya Budi menjadi Budi S.", "Akun aktif: sebelumnya ya menjadi tidak",
                  "Ejaan diperbaiki"):  # fmt: skip
        assert words in entry, entry


def test_only_admins_read_it(house: World) -> None:
    for visitor in (house.operator(), house.head(), house.eselon(), house.biro()):
        assert visitor.open("/audit").status == 403
        assert visitor.post("/audit/periksa").status == 403
    assert house.admin().open("/audit").status == 200


def test_the_list_is_narrowed_by_all_that_is_asked(house: World) -> None:
    sari, budi = Actor(1, "Sari", None, 2026), Actor(2, "Budi", None, 2026)
    put(house, "akun", "akun sim100101", by=sari, now=datetime(2026, 1, 31, 16, 59, tzinfo=UTC))
    put(house, "peran", "akun sim100102", by=budi, now=datetime(2026, 1, 31, 17, 0, tzinfo=UTC))
    put(house, "masuk_ditolak", "akun 100%_x", now=datetime(2026, 2, 2, tzinfo=UTC))
    admin = house.admin()

    def numbers(query: str) -> list[int]:
        return [int(e.partition("nomor ")[2].split()[0]) for e in entries(admin, query)]

    assert numbers("") == [3, 2, 1]
    assert numbers("?jenis=peran") == [2] and numbers("?jenis=bukan") == [3, 2, 1]
    assert numbers("?siapa=sari") == [1] and numbers("?perihal=sim1001") == [2, 1]
    assert numbers("?perihal=100%25_") == [3]  # a sign of LIKE is a sign like any other
    assert numbers("?dari=2026-02-01") == [3, 2] and numbers("?sampai=2026-01-31") == [1]
    assert numbers("?dari=2026-02-01&sampai=2026-02-01") == [2]
    assert numbers("?alamat=terminal&siapa=budi") == [2]
    for query in ("?siapa=zzz", "?dari=2027-01-01"):
        page = admin.open(f"/audit{query}")
        assert "Tidak ada catatan yang cocok" in page.text and page.has_link("Hapus saringan")


@pytest.mark.parametrize("query", [
    "dari=x", "dari=9999-12-31", "sampai=9999-12-31", "sampai=0001-01-01", "sesudah=x", "sesudah=-1", "sesudah=0",
    "sesudah=99999999999999999999", "siapa=%00", "jenis=%27", "perihal=" + "x" * 500, "dari=2026-02-30",
])  # fmt: skip
def test_any_query_is_answered(house: World, query: str) -> None:
    put(house)
    assert house.admin().open(f"/audit?{query}").status == 200


def test_pages_follow_each_other_to_the_end(house: World) -> None:
    for n in range(120):
        put(house, "peran" if n % 2 else "akun", f"akun {n}")
    page, seen = house.admin().open("/audit?jenis=akun"), []
    while True:
        seen += [e.partition("akun ")[2].split()[0] for e in
                 (" ".join(li.text_content().split()) for li in page.tree.xpath("//main//ol/li"))]  # fmt: skip
        if not page.has_link("Berikutnya"):
            break
        page = page.link("Berikutnya")
    assert seen == [str(n) for n in range(118, -1, -2)]
    assert page.link("Sebelumnya").path == "/audit"


def test_an_empty_list_says_what_comes(house: World) -> None:
    assert "Belum ada catatan" in house.admin().open("/audit").text


def test_markup_in_an_entry_stays_text(house: World) -> None:
    put(house, subject="akun <b>x</b>", after={"<i>": "<script>alert(1)</script>"}, note="<u>")
    page = house.admin().open("/audit")
    assert not page.tree.xpath("//main//ol//script|//main//ol//b|//main//ol//i|//main//ol//u")
    assert "<script>alert(1)</script>" in page.text


def test_the_file_holds_what_is_filtered_and_is_an_entry_itself(house: World) -> None:
    put(house, "peran", "akun sim100101", after={"peran": "Operator Satker"}, note=f"=cmd {NIK}")
    put(house, "akun", "=1+1", before={"nama": "a"}, after={"nama": "b"})
    rows = table(house.admin(), "&jenis=akun")
    assert [r[0] for r in rows] == ["Nomor", "2"]
    assert rows[1][5] == "'=1+1" and rows[1][6] == "Nama: a → b" and len(rows[1][8]) == 64
    rows = table(house.admin(), "")
    assert [r[0] for r in rows[1:]] == ["3", "2", "1"] and rows[1][2] == "Daftar diekspor"
    assert "Saringan, Jenis: akun" in rows[1][6] and "Jumlah baris: 1" in rows[1][6]
    assert NIK not in str(rows) and rows[3][7] == "'=cmd ************0002"


def test_the_chain_is_checked_by_a_button(house: World) -> None:
    for _ in range(3):
        put(house)
    admin = house.admin()
    assert "Rantai utuh, 3 catatan" in admin.open("/audit").form("/periksa").press().text
    house.write(update(Audit).where(Audit.seq == 2).values(actor="Orang lain"))
    page = admin.open("/audit").form("/periksa").press()
    assert "Rantai putus di catatan nomor 2. Isi catatan ini tidak lagi sama" in page.text
    house.write(delete(Audit).where(Audit.seq > 1))
    assert "Rantai putus di catatan nomor 2. Catatan ini dan sesudahnya hilang" in admin.post("/audit/periksa").text


def test_differences_are_words() -> None:
    before = {"nama": "A", "peran": [{"role": "Admin", "scope": ""}], "sama": 1, "alamat": None}
    after = {"nama": "A", "peran": [], "sama": 1, "alamat": "Jl. X", "mulai": "2026-01-15", "dalam": {"nip": "1"}}
    assert differences(before, after) == [
        ("Peran", "Peran Admin · Tempat (kosong)", "(kosong)"), ("Alamat", "(kosong)", "Jl. X"),
        ("Mulai", "", "15 Januari 2026"), ("Dalam, NIP", "", "1"),
    ]  # fmt: skip


# ---- the terminal --------------------------------------------------------------------------------------------------


def run(world: World, *options: str) -> tuple[int, str]:
    with world.app.app_context():
        done = world.app.test_cli_runner().invoke(args=["audit", *options])
    return done.exit_code, done.output


def test_an_export_can_be_verified_by_somebody_else(house: World, tmp_path: Path) -> None:
    for n in range(5):
        put(house, after={"n": n, "kapan": clock.now()})
    file = tmp_path / "audit.jsonl"
    assert run(house, "--export", str(file)) == (0, f"5 catatan ditulis ke {file}.\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(house, "--export", str(file))[0] == 1  # nothing is written over
    assert "rantai utuh, 5 catatan" in run(house, "--verify", str(file))[1]
    assert "rantai utuh, 6 catatan" in run(house, "--check")[1]  # the export is an entry
    assert run(house, "--compare", str(file))[0] == 0


def test_the_description_of_the_docs_is_enough_to_verify_an_export(house: World, tmp_path: Path) -> None:
    """Without a line of ours: the recipe of docs/data-pribadi.md with what Python brings."""
    put(house, "akun", "akun ü 😀", after={"b": 1.5, "c": 1e-9, "d": 1e22, "a": [None, True, {"z": "ö"}]}, note='"\\\n')
    put(house)
    run(house, "--export", str(tmp_path / "audit.jsonl"))
    docs = (Path(__file__).parents[2] / "docs" / "data-pribadi.md").read_text("utf-8")
    recipe = docs.partition("```python\n")[2].partition("```")[0]
    said: list[str] = []
    exec(recipe, {"open": lambda _n, *a, **k: (tmp_path / "audit.jsonl").open(*a, **k), "print": said.append})
    assert said == ["2 entries, whole"]


@pytest.mark.parametrize("spoil", [
    lambda rows: rows[1].update(actor="x"), lambda rows: rows.pop(1), lambda rows: rows.pop(0),
    lambda rows: rows[1].pop("note"), lambda rows: rows.insert(1, "x"), lambda rows: rows.insert(1, []),
    lambda rows: rows.reverse(),
])  # fmt: skip
def test_a_changed_export_is_found_out(house: World, tmp_path: Path, spoil) -> None:
    for n in range(4):
        put(house, after={"n": n})
    file = tmp_path / "audit.jsonl"
    run(house, "--export", str(file))
    rows = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    spoil(rows)
    file.write_bytes(b"\n".join(orjson.dumps(r) for r in rows))
    code, words = run(house, "--verify", str(file))
    assert code == 1 and "putus di catatan" in words


def test_a_list_that_was_made_anew_does_not_fit_an_earlier_export(house: World, tmp_path: Path) -> None:
    for n in range(4):
        put(house, after={"n": n})
    file = tmp_path / "audit.jsonl"
    run(house, "--export", str(file))
    house.write(delete(Audit), delete(AuditHead))
    for n in range(4):
        put(house, after={"n": n + 1})
    assert run(house, "--check")[0] == 0
    assert run(house, "--compare", str(file))[0] == 1


def test_the_histories_of_all_cases_are_checked(archived: World) -> None:
    assert run(archived, "--cases") == (0, "Riwayat semua perkara utuh.\n")
    archived.write(update(Event).where(Event.seq == 3).values(actor="Orang lain"))
    code, words = run(archived, "--cases")
    assert code == 1 and "Perkara 1: riwayat putus di langkah 3." in words


def test_a_hundred_thousand_entries_are_listed_at_once(house: World, capsys) -> None:
    row = {"at": clock.now(), "actor": "Sari", "address": "10.0.0.1", "before": {}, "after": {}, "note": ""}
    rows = [
        row | {"seq": n, "kind": "masuk" if n % 50 else "peran", "subject": f"akun sim{n % 1000}",
               "hash": "", "prev_hash": "",
               "at": clock.now() - timedelta(minutes=100_000 - n)}
        for n in range(1, 100_001)
    ]  # fmt: skip
    with house.app.app_context():
        with db.engine.begin() as conn:
            conn.execute(insert(Audit), rows)
        took = {}
        for name, f, after in (
            ("first", audit_list.Filter(), None), ("deep", audit_list.Filter(), 60),
            ("kind", audit_list.Filter(kind="peran"), None), ("nothing", audit_list.Filter(subject="zzz"), None),
        ):  # fmt: skip
            began = time.perf_counter()
            audit_list.page(f, after)
            took[name] = round((time.perf_counter() - began) * 1000)
    with capsys.disabled():
        print(f"\nms of a page of 100,000 entries: {took}")
    assert max(took.values()) < 1000
