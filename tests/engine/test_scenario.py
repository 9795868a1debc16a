"""Scenarios: what they say, what is wrong with them and in which line, and what differs from what they expect."""

from __future__ import annotations

import pytest

from app.engine.plain_yaml import Unreadable
from app.engine.scenario import read_scenario
from app.engine.scenario.run import differs, run_all, run_scenario
from tests.engine.diagrams import Diagram
from tests.engine.test_rounds import pk

GOOD = """\
nama: Sampai selesai
mulai: 2026-01-12 09:00
data: {tahun: 2026, kode: "007", jam: 12:30, setuju: no, kosong: , nilai: 1.5}
langkah:
  - kerjakan: susun
    isi: {pk: {ke: 1}}
  - layanan: cek
    hasil: 1
  - waktu: 4 hari kerja
  - kerjakan: kepala
    isi: {putusan: setuju}
  - layanan: ttd
    gagal: passphrase
  - kerjakan: kepala
    isi: {putusan: setuju}
  - layanan: ttd
    hasil: {nomor: 1}
  - kerjakan: eselon
    isi: {putusan: setuju}
harapan:
  jalan: [mulai, ..., kepala, gw_kepala, salah, ttd_lagi, ..., selesai]
  status: Penyusunan
  akhir: selesai
"""


def ran(text: str, diagram: Diagram | None = None):
    return run_scenario((diagram or pk()).load(), read_scenario(text))


def said(text: str) -> list[tuple[int, str]]:
    """What is wrong, by line."""
    with pytest.raises(Unreadable) as refused:
        read_scenario(text)
    return [(m.line, m.message) for m in refused.value.mistakes]


def told(text: str, diagram: Diagram | None = None) -> str:
    return "\n".join(str(m) for m in ran(text, diagram).mistakes)


def test_a_scenario_that_goes_as_it_expects():
    found = ran(GOOD)
    assert found.ok, found.mistakes
    assert found.path[-1] == "selesai" and "ingat" in found.path


def test_plain_words_mean_what_they_look_like():
    data = read_scenario(GOOD).data
    assert data == {"tahun": 2026, "kode": "007", "jam": "12:30", "setuju": "no", "kosong": None, "nilai": 1.5}
    # a quoted number is a text, and so is one too long for a number that every reader keeps
    long = read_scenario(GOOD.replace("tahun: 2026", 'tahun: "2026", nip: 1972051719980320021')).data
    assert long["tahun"] == "2026" and long["nip"] == "1972051719980320021"


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("nama: Sampai", "nma: Sampai", 1, "Mungkin nama?"),
        ("mulai: 2026-01-12 09:00", "mulai: besok", 2, "2026-01-12 09:00"),
        ("  - kerjakan: susun", "  - kerjkan: susun", 5, "Mungkin kerjakan?"),
        ("    hasil: 1", "    hasil: 1\n    gagal: X", 7, "tidak keduanya"),
        ("    hasil: 1", "    isi: {a: 1}", 8, "tidak berlaku di samping layanan"),
        ("4 hari kerja", "sebentar lagi", 9, "3 hari kerja"),
        ("    isi: {pk: {ke: 1}}", "    isi: satu", 6, "pasangan nama: nilai"),
        ("  akhir: selesai", "  akhirnya: selesai", 23, "Mungkin akhir?"),
        ("  - layanan: cek\n", "  - layanan: cek\n    kerjakan: susun\n", 7, "tepat satu"),
        ("nama: Sampai selesai", "nama: [a, b]", 1, "hanya satu nilai"),
        ("  status: Penyusunan", "  status: a\n  status: b", 23, "dua kali"),
    ],
)
def test_a_mistake_is_told_with_its_line(before, after, line, words):
    assert before in GOOD
    mistakes = said(GOOD.replace(before, after, 1))
    assert any(at == line and words in message for at, message in mistakes), mistakes


def test_all_mistakes_come_at_once():
    assert len(said(GOOD.replace("mulai: 2026", "mlai: 2026").replace("kerjakan: kepala", "krjakan: kepala"))) == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "kosong"),
        ("- a\n- b", "pasangan kata"),
        ("nama: [", "tidak dapat dibaca"),
        ("a: &x [1]\nb: *x", "mengulang bagian lain"),
        ("a: !!python/object/apply:os.system [ls]", "Tanda !"),
        ("a: !!str 1", "Tanda !"),
        ("a: 1\n---\nb: 2", "satu skenario"),
        ("a: " + "[" * 30 + "]" * 30, "Terlalu dalam"),
        ("a: " + "[" * 10_000, "Terlalu dalam"),
        ("a: [" + "1," * 6_000 + "1]", "terlalu panjang"),
        ("a: " + "x" * 70_000, "lebih dari 64 kB"),
        ("langkah:\n" + "- {waktu: P1D}\n" * 600, "lebih dari 500"),
        ("a:\n\tb: 1", "tidak dapat dibaca"),
        ("? [1, 2]\n: 3", "tidak mengenal"),
    ],
)
def test_what_is_no_scenario_is_refused_in_words(text, words):
    assert any(words in message for _, message in said(text))


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Unreadable, match="UTF-8"):
        read_scenario(b"nama: \xff\xfe")


def test_an_unknown_element_is_told_with_those_that_it_may_mean():
    assert "Baris 5: Diagram tidak punya ‘susn’. Mungkin susun" in told(
        GOOD.replace("kerjakan: susun", "kerjakan: susn")
    )
    assert "jalan: diagram tidak punya ‘slah’. Mungkin salah" in told(GOOD.replace(", salah,", ", slah,"))


def test_a_step_that_nothing_waits_for_names_what_does():
    message = told(GOOD.replace("  - kerjakan: susun\n    isi: {pk: {ke: 1}}\n", ""))
    assert message == "Baris 5: ‘cek’ tidak menunggu di sini. Yang menunggu: ‘susun’."


def test_another_way_is_told_where_it_begins():
    found = ran(GOOD.replace("gw_kepala, salah, ttd_lagi", "gw_kepala, cek, eselon"))
    assert found.where == "salah"
    assert str(found.mistakes[0]) == "Baris 21: Jalannya sesudah ‘gw_kepala’ ke ‘salah’; diharapkan ‘cek’."


def test_end_status_and_what_waits_are_compared():
    message = told(GOOD.replace("status: Penyusunan", "status: Beres").replace("akhir: selesai", "menunggu: susun"))
    assert message == "Baris 22: Statusnya ‘Penyusunan’, bukan ‘Beres’.\nBaris 23: Perkara sudah selesai."
    short = GOOD.replace("  - kerjakan: eselon\n    isi: {putusan: setuju}\n", "")
    assert "Perkara belum selesai. Yang menunggu: ‘eselon’." in told(short)
    assert "berhenti sesudah ‘ttd’; diharapkan ‘selesai’" in told(short)


def test_an_error_without_a_path_and_an_expression_that_fails_are_told():
    assert "Tidak ada kejadian di tepi" in told(GOOD.replace("gagal: passphrase", "gagal: LAIN"))
    assert "Baris 10: Langkah ini gagal dihitung." in told(GOOD.replace("isi: {putusan: setuju}", "isi: {x: 1}", 1))


def test_steps_after_the_end_are_told():
    more = GOOD.replace("harapan:", "  - waktu: 1 hari\nharapan:")
    assert "Perkara sudah selesai di ‘selesai’ sebelum langkah ini." in told(more)


@pytest.mark.parametrize(
    ("expected", "path", "found"),
    [
        ("a b c", "a b c", None), ("a ... c", "a b x c", None), ("... c", "a b c", None), ("a ...", "a b c", None),
        ("...", "a", None), ("... b ... d", "a b c d", None), ("a b", "a b c", (2, "")), ("a x", "a b", (1, "x")),
        ("a ... x", "a b c", (3, "x")), ("a b c", "a b", (2, "c")), ("... x ...", "a b", (0, "x")),
        ("... a b", "a b a b", None), ("a ... a", "a", (1, "a")),
    ],
)  # fmt: skip
def test_paths_are_compared_with_anything_in_between(expected, path, found):
    assert differs(expected.split(), path.split()) == found


def test_a_diagram_that_can_not_be_loaded_is_one_refusal():
    answer = run_all({"files": {"a.bpmn": "PGE+"}, "process": "", "scenarios": {"a": GOOD}})
    assert answer["ran"] == [] and answer["refused"]
