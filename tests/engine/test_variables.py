"""Names of data that are read: written before, written on some ways only, or by nobody; and what services take."""

from __future__ import annotations

import pytest

from app.engine.checks import Vocabulary, check, prepare
from app.engine.needs import needs_of, needs_of_script
from tests.engine.diagrams import Diagram

WORDS = Vocabulary(
    forms=frozenset({"isi", "baca"}),
    operators=frozenset({"uji.panggil"}),
    roles=frozenset({"Operator Satker"}),
    writes={"isi": frozenset({"pk"}), "baca": frozenset()},
    may_write={"isi": frozenset({"catatan"})},
    reads={"baca": frozenset({"pk"})},
    shapes={"isi": frozenset({"pk.judul", "pk.pagu"})},
    params={"uji.panggil": frozenset({"nomor", "nama"})},
    required={"uji.panggil": frozenset({"nomor"})},
    results={"uji.panggil": frozenset({"status", "waktu"})},
    codes={"uji.panggil": frozenset({"GAGAL"})},
)


def look(d: Diagram, *others: Diagram, level: str = "error") -> list[tuple[str, str]]:
    prepared = prepare(d.files(*others))
    assert prepared.ok, prepared.problems
    return [(p.element, p.message) for p in check(prepared, WORDS) if p.level == level and "formulir:" not in p.message]


def gateway(d: Diagram, condition: str, gw: str = "gw") -> str:
    """An exclusive gateway with one condition, and two ends."""
    d.xor(gw, default=f"lain_{gw}")
    d.flow(gw, d.end(f"ya_{gw}"), condition, id=f"syarat_{gw}")
    d.flow(gw, d.end(f"tidak_{gw}"), id=f"lain_{gw}")
    return gw


def asked(condition: str, *, form: str = "isi", level: str = "error") -> list[tuple[str, str]]:
    d = Diagram()
    d.chain(d.start(), d.user("a", form=form), gateway(d, condition))
    return look(d, level=level)


def test_what_nobody_writes_comes_with_the_nearest_names() -> None:
    ((element, message),) = asked("pkk == 1")
    assert element == "syarat_gw"
    assert "membaca 'pkk', yang tidak ditulis langkah mana pun sebelumnya. Mungkin 'pk'?" in message


@pytest.mark.parametrize(
    "condition",
    ["tahun == 2026", "satker == 'x'", "zona == 'WIB'", "pk.judul == 'x'", "isi(entah, 0) == 1", "ada(entah)",
     "ada(entah) and entah.x == 1", "isi(entah.dalam, pk.pagu) == 1", "true", "len(pk.judul) > 3"],
)  # fmt: skip
def test_what_is_there_or_guarded_is_fine(condition: str) -> None:
    assert asked(condition) == []
    assert asked(condition, level="warning") == []


def test_a_key_that_a_form_does_not_give_is_a_warning() -> None:
    ((element, message),) = asked("pk.judl == 'x'", level="warning")
    assert element == "syarat_gw" and "'pk.judl', yang tidak ada di dalam 'pk'. Mungkin 'judul'?" in message


def test_what_a_form_writes_at_times_is_a_warning() -> None:
    assert asked("catatan == 'x'") == []
    ((_, message),) = asked("catatan == 'x'", level="warning")
    assert "tidak ditulis di semua jalan" in message and "isi(catatan, pengganti)" in message


def test_what_is_written_later_names_who_writes_it() -> None:
    d = Diagram()
    d.chain(d.start(), d.service("s", nomor="pk.judul"), d.user("a", form="isi"), d.end())
    ((element, message),) = look(d)
    assert element == "s"
    assert "Parameter 'nomor' membaca 'pk'" in message and "menulisnya 'a'" in message


def test_a_form_needs_what_it_shows() -> None:
    d = Diagram()
    d.chain(d.start(), d.user("a", form="baca"), d.user("b", form="isi"), d.user("c", form="baca"), d.end())
    assert [e for e, _ in look(d)] == ["a"]


def test_a_branch_does_not_see_what_is_written_beside_it() -> None:
    d = Diagram()
    d.parallel("bagi")
    d.parallel("temu")
    d.chain(d.start(), "bagi", d.user("a", form="isi"), "temu", d.service("sesudah", nomor="pk.judul"), d.end())
    d.chain("bagi", d.service("sebelah", nomor="pk.judul"), "temu")
    assert [e for e, _ in look(d)] == ["sebelah"]
    assert look(d, level="warning") == []


def test_loops_scripts_results_and_errors_write() -> None:
    d = Diagram()
    d.xor("lagi")
    d.service("s", result="hasil", nomor="n")
    d.boundary("gagal", "s", d.error("GAGAL"))
    d.chain(d.start(), d.script("hitung", "n = 1\nm = n + 1"), "lagi", "s", d.script("lanjut", "k = hasil.status"))
    d.chain("gagal", d.script("lihat", "p = kesalahan.pesan"), "lagi")
    d.chain("lanjut", gateway(d, "m == 2 and k == 'x'"))
    assert look(d) == []
    assert look(d, level="warning") == []


def test_a_subprocess_gives_and_takes_and_items_stay_inside() -> None:
    body = Diagram()
    body.flows = 100
    body.chain(body.start("m2"), body.service("tiap", nomor="baris.x + pk.judul"), body.script("catat", "z = 1"))
    body.chain("catat", body.end("e2"))
    loop = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>daftar</loopDataInputRef>"
        '<inputDataItem id="baris" name="baris"/></multiInstanceLoopCharacteristics>'
    )
    d = Diagram()
    d.sub("sub", body, inside=loop)
    d.chain(d.start(), d.script("isi", "pk = {'judul': 1}\ndaftar = [1]"), "sub", gateway(d, "baris == 1"))
    assert [(e, "'baris'" in m) for e, m in look(d)] == [("syarat_gw", True)]


def test_a_called_process_begins_with_what_its_callers_have() -> None:
    other = Diagram("lain")
    other.flows = 100
    other.chain(other.start("m2"), other.service("dalam", nomor="pk.judul"), other.script("tulis", "baru = 1"))
    other.chain("tulis", other.end("e2"))
    d = Diagram()
    d.chain(d.start(), d.user("a", form="isi"), d.call("panggil", "lain"), gateway(d, "baru == 1"))
    assert look(d, other) == []


def test_times_and_dues_and_lists_read_too() -> None:
    d = Diagram()
    d.node("intermediateCatchEvent", "tunggu", inside=d.timer("batas", "timeDate"))
    loop = "<loopDataInputRef>orang</loopDataInputRef>"
    loop = f"<multiInstanceLoopCharacteristics>{loop}</multiInstanceLoopCharacteristics>"
    d.chain(d.start(), d.user("a", form="isi", due="tenggat"), "tunggu", d.node("userTask", "b", inside=loop), d.end())
    assert {(e, m.split(" membaca ")[0]) for e, m in look(d)} == {
        ("a", "Tenggat"),
        ("tunggu", "Waktu"),
        ("b", "Daftar pengulangan"),
    }


def test_parameters_that_are_missing_and_that_nobody_knows() -> None:
    d = Diagram()
    d.service("s", nomer="1")
    d.boundary("gagal", "s", d.error("LAIN"))
    d.chain(d.start(), "s", d.end())
    d.chain("gagal", d.end("e2"))
    assert "memerlukan parameter 'nomor'" in look(d)[0][1]
    warned = [m for _, m in look(d, level="warning")]
    assert any("tidak mengenal parameter 'nomer'" in m and "'nomor'" in m for m in warned)
    assert any("tidak pernah memberi kesalahan 'LAIN'" in m for m in warned)


@pytest.mark.parametrize(
    ("judul", "found"),
    [("PK {tahun} {nama_satker}", 0), ("PK", 0), ("{nama}", 1), ("{satker.__class__}", 1), ("{tahun", 1), ("{}", 1)],
)
def test_the_title_of_a_case_names_what_is_known_when_it_begins(judul: str, found: int) -> None:
    d = Diagram()
    d.chain(d.start(), d.user("a", form="isi"), d.end())
    rows = f'<spiffworkflow:property name="judul" value="{judul}"/><spiffworkflow:property name="unik" value="tahun"/>'
    head = f"<extensionElements><spiffworkflow:properties>{rows}</spiffworkflow:properties></extensionElements>"
    prepared = prepare({"p.bpmn": d.xml().replace(b"<laneSet", head.encode() + b"<laneSet", 1)})
    assert len([p for p in check(prepared, WORDS) if p.level == "error" and "Judul" in p.message]) == found


def test_a_process_that_calls_itself_does_not_hang_the_check() -> None:
    d = Diagram()
    d.chain(d.start(), d.user("a"), d.call("lagi", "proses"), d.end())
    prepared = prepare(d.files())
    assert not prepared.ok
    check(prepared, WORDS)


def test_needs_of_expressions_and_scripts() -> None:
    assert needs_of("a.b['c'] == d and not x") == {("a", "b", "c"), ("d",), ("x",)}
    assert needs_of("isi(a.b, c) + len(d)") == {("c",), ("d",)}
    assert needs_of("a[i].b") == {("a",), ("i",)}
    assert needs_of("1 +") == frozenset()
    assert needs_of_script("x = a\ny = x + b\nz['k'] = y\nn += 1") == {("a",), ("b",), ("z",), ("n",)}


def test_the_vocabulary_comes_whole_to_the_child() -> None:
    import json

    assert Vocabulary.unpacked(json.loads(json.dumps(WORDS.packed()))) == WORDS
