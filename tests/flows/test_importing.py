# ruff: noqa: F811  (fixtures are imported by name)
"""Files as offices send them: what can be read is read, and every fault is named with its place and a way out."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import datetime

import openpyxl
import pytest

from app.errors import InvalidInput
from app.flows.importing import cells, template
from app.flows.importing.columns import KINDS
from tests.flows.sheets import OPERATOR, PEJABAT, PENELAAH, SATKER, UNIT, WHOLE, book, checked, faults, saved
from tests.world import LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures


def pejabat(**other: object) -> dict[str, object]:
    return {**PEJABAT, "Kode Satker": SATU.kode, **other}


# ---- what can be read ----------------------------------------------------------------------------------------------


def test_a_new_unit_with_its_people_has_no_fault(world: World) -> None:
    plan = checked(world, book(**WHOLE)).plan
    assert plan.report.faults == []
    new = {thing: of["baru"] for thing, of in plan.counts.items()}
    assert new == {"unit": 1, "satker": 1, "akun": 3, "peran": 2, "orang": 1, "pejabat": 1}


def test_headers_may_stand_in_any_order_case_and_below_a_title(world: World) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = " SATKER "
    sheet.append(["Daftar satker tahun 2026"])
    sheet.append([])
    sheet.append(["nama  satker", "KODE_UNIT", "kode satker"])
    sheet.append(["Balai Baru", LITERASI.kode, "300301"])
    (record,) = checked(world, saved(made)).records
    assert (record.row, record["kode"], record["unit"], record["nama"]) == (4, "300301", LITERASI.kode, "Balai Baru")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_in_all_its_ways(world: World, encoding: str, separator: str) -> None:
    lines = [["Kode Satker", "Nama Satker", "Kode Unit"], ["300301", '"Balai Café"', LITERASI.kode], ["", "", ""]]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    found = checked(world, content, "satker.csv")
    assert found.plan.report.faults == [] and [r["nama"] for r in found.records] == ["Balai Café"]


def test_a_csv_is_what_its_headers_say_whatever_it_is_called(world: World) -> None:
    content = f"Kode Satker;Nama Satker;Kode Unit;Nama Unit\r\n300301;Balai A;{LITERASI.kode};Literasi\r\n".encode()
    assert [r.kind for r in checked(world, content, "unit.csv").records] == ["satker"]


def test_csv_that_says_how_it_is_separated(world: World) -> None:
    content = f"sep=;\r\nKode Satker;Nama Satker;Kode Unit\r\n300301;Balai A, B, dan C;{LITERASI.kode}\r\n".encode()
    assert [r["nama"] for r in checked(world, content, "x.csv").records] == ["Balai A, B, dan C"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_csv_is_known_by_its_headers(world: World, kind: str) -> None:
    content = template.text(KINDS[kind]).decode("utf-8-sig").replace("Rekaan", "Nyata").encode("utf-8-sig")
    found = checked(world, content, "tanpa nama.csv").records
    assert {r.kind for r in found} == {kind} and len(found) == 2


def test_the_template_is_read_and_its_examples_are_left_out(world: World) -> None:
    found = checked(world, template.workbook())
    assert found.records == [] and not found.plan.moves
    said = [f.text for f in found.plan.report.faults if "baris contoh" in f.text]
    assert said == ["2 baris contoh dari berkas contoh dilewati."] * 4


def test_the_template_filled_in_over_its_examples_has_no_fault(world: World) -> None:
    made = openpyxl.load_workbook(io.BytesIO(template.workbook()))
    for kind in KINDS.values():
        for row in made[kind.sheet].iter_rows(min_row=2):
            for cell in row:
                cell.value = cell.value and str(cell.value).replace("Rekaan", "Nyata")
    found = checked(world, saved(made))
    assert found.plan.report.faults == [] and len(found.records) == 8


@pytest.mark.parametrize(
    "typed",
    ["2026-02-01", "01/02/2026", "1-2-2026", "1 Februari 2026", "1 Feb 2026", "01 Pebruari 2026", datetime(2026, 2, 1)],  # noqa: DTZ001  # as openpyxl gives it
)
def test_dates_as_people_and_excel_write_them(typed: object) -> None:
    assert cells.day(typed) == cells.Read("2026-02-01")


@pytest.mark.parametrize("typed", ["31/02/2026", "2/2026", "besok", 46054, "01/13/2026", "1 Maret 26", "1/1/1890"])
def test_what_is_no_date_is_said(typed: object) -> None:
    assert cells.day(typed).value == "" and cells.day(typed).fault


# ---- numbers that spreadsheets destroy -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (9901010202850071, "Excel mengubah angka setelah yang ke-15 menjadi 0"),
        (9.90101020285e15, "Ubah kolom ini menjadi teks"),
        ("9,90101E+15", "notasi ilmiah"),
        ("9.90E+15", "notasi ilmiah"),
        ("990101020285007", "terdiri dari 16 angka, tertulis 15"),
        ("9901010202850O71", "hanya berisi angka"),
        ("9901019902850071", "Susunan NIK ini tidak mungkin"),
    ],
)
def test_a_nik_that_is_none(world: World, typed: object, says: str) -> None:
    (fault,) = [f for f in faults(world, book(Pejabat=[pejabat(NIK=typed)])) if f[2] == "NIK"]
    assert fault[:3] == ("Pejabat", 2, "NIK") and says in fault[3]


def test_a_nik_never_stands_whole_in_a_report(world: World) -> None:
    for typed in ("9901 0102 0285 0071", "9901010202850071x", "99.0101.020285.0071", "9901019902850071"):
        report = checked(world, book(Pejabat=[pejabat(NIK=typed, Nama="X 9901010202850071")])).plan.report
        said = " ".join(f"{f.value} {f.text}" for f in report.faults)
        assert said and "990101" not in said.replace(" ", "").replace(".", ""), said


def test_spaces_and_points_in_numbers_are_read_and_mentioned(world: World) -> None:
    rows = [pejabat(NIK="9901 0102 0285 0071", NIP="19850202 201001 1 007")]
    found = checked(world, book(Pejabat=rows))
    assert found.plan.report.errors == 0 and len(found.plan.report.faults) == 2
    assert (found.records[0]["nik"], found.records[0]["nip"]) == ("9901010202850071", "198502022010011007")


def test_a_code_that_lost_its_zero_names_what_was_meant(world: World) -> None:
    (fault,) = faults(world, book(Unit=[{**UNIT, "Kode Unit": 30000}]))
    assert "bila yang dimaksud 030000" in fault[3]
    assert faults(world, book(Unit=[{**UNIT, "Kode Unit": 130000}])) == []


def test_a_nip_whose_date_can_not_be_is_only_mentioned(world: World) -> None:
    found = checked(world, book(Pejabat=[pejabat(NIP="198599992010011007")])).plan.report
    assert found.errors == 0 and "bukan tanggal lahir" in found.faults[0].text


# ---- what must be put right ----------------------------------------------------------------------------------------


def test_every_fault_of_a_file_is_named_at_once(world: World) -> None:
    found = faults(
        world,
        book(
            Unit=[UNIT, {"Kode Unit": "3000", "Nama Unit": "X"}],
            Satker=[SATKER, SATKER, {**SATKER, "Kode Satker": "300302", "Kode Unit": "777777", "Zona": "WIBB"}],
            Pejabat=[{**PEJABAT, "Kode Satker": ""}, {**PEJABAT, "E-mail": "made@", "Sebagai": "Pj."}],
            Pengguna=[
                {**OPERATOR, "Tempat": "888888"}, {**OPERATOR, "Peran": "Kepala Satker"}, {**OPERATOR, "Peran": "Bos"},
                {**PENELAAH, "Tempat": "300301"}, {**PENELAAH, "Username": "a b!"}, {**OPERATOR, "Username": "ketut"},
                {**OPERATOR, "Nama": None},
            ],
        ),
    )  # fmt: skip
    wanted = [
        ("Unit", 3, "Kode Unit", "enam angka"), ("Satker", 3, "Kode Satker", "sudah ada di baris 2"),
        ("Satker", 4, "Zona", "WIB, WITA, atau WIT"), ("Pejabat", 2, "Kode Satker", "salah satu saja"),
        ("Pejabat", 3, "E-mail", "tidak lengkap"), ("Pejabat", 3, "Sebagai", "Definitif, Plt., atau Plh."),
        ("Pengguna", 2, "Tempat", "tidak terdaftar"), ("Pengguna", 3, "Peran", "sheet Pejabat"),
        ("Pengguna", 4, "Peran", "tidak dikenal"), ("Pengguna", 5, "Tempat", "adalah kode satker"),
        ("Pengguna", 6, "Username", "huruf kecil"), ("Pengguna", 7, "Username", "adalah sim300301"),
        ("Pengguna", 8, "Nama", "belum diisi"),
    ]  # fmt: skip
    for place in wanted:
        assert any(f[:3] == place[:3] and place[3] in f[3] for f in found), (place, found)
    assert len(found) == len(wanted)


def test_an_unknown_unit_is_named(world: World) -> None:
    (fault,) = faults(world, book(Satker=[{**SATKER, "Kode Unit": "777777"}]))
    assert fault[2] == "Kode Unit" and "Unit 777777 tidak terdaftar" in fault[3]


def test_missing_and_unknown_columns_are_named(world: World) -> None:
    (fault,) = faults(world, book(Satker=[{"Kode Satker": "300301", "Nama Satker": "X", "Warna": "biru"}]))
    assert "Kolom Kode Unit tidak ada" in fault[3]
    report = checked(world, book(Unit=[{**UNIT, "Warna": "biru"}])).plan.report
    assert report.errors == 0 and "Kolom Warna tidak dikenal" in report.faults[0].text


def test_wrong_headers_altogether(world: World) -> None:
    (fault,) = faults(world, book(Lembar=[{"Apa": "ini", "Itu": "apa"}]))
    assert "Judul kolomnya tidak dikenal" in fault[3]
    (fault,) = faults(world, b"apa;itu\r\n1;2\r\n", "x.csv")
    assert "Judul kolomnya tidak dikenal" in fault[3]


def test_formulas_and_their_errors_are_refused_by_their_cell(world: World) -> None:
    rows = [{**UNIT, "Nama Unit": '=CONCATENATE("a","b")'}, {"Kode Unit": "030001", "Nama Unit": "#REF!"}]
    found = faults(world, book(Unit=rows))
    assert found[0] == ("Unit", 2, "Nama Unit", "Sel B2 berisi rumus. Salin, lalu tempel sebagai nilai (Paste Special, Values).")  # noqa: E501  # fmt: skip
    assert "Sel B3 berisi kesalahan #REF!" in found[1][3]
    (fault,) = faults(world, b"Kode Unit;Nama Unit\n030000;=A1\n", "x.csv")
    assert "Sel B2 berisi rumus" in fault[3]


def test_text_that_only_looks_like_a_formula_is_text(world: World) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(Unit=[UNIT])))
    made["Unit"]["B2"].value, made["Unit"]["B2"].data_type = "=Direktorat", "s"
    assert [r["nama"] for r in checked(world, saved(made)).records] == ["=Direktorat"]


def test_merged_cells_and_hidden_sheets_are_named(world: World) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(Unit=[UNIT], Satker=[SATKER])))
    made["Unit"].merge_cells("A2:A3")
    made["Satker"].sheet_state = "hidden"
    found = [f[3] for f in faults(world, saved(made))]
    assert any("A2:A3" in f for f in found) and any("Sheet Satker tersembunyi" in f for f in found)


def test_one_nip_has_one_name_and_one_nik_one_owner(world: World) -> None:
    other = pejabat(**{"Kode Satker": "100102"})
    found = faults(world, book(Pejabat=[pejabat(), {**other, "Nama": "Orang Lain"}]))
    assert ("Pejabat", 3, "Nama") in [f[:3] for f in found]
    found = faults(world, book(Pejabat=[pejabat(), {**other, "NIP": "198502022010011008"}]))
    assert [f[2] for f in found] == ["NIK"] and "baris 2 milik NIP lain" in found[0][3]
    found = faults(world, book(Pejabat=[pejabat(), {**other, "NIK": "9901010202850099"}]))
    assert [f[2] for f in found] == ["NIK"]


def test_what_is_known_of_somebody_is_not_overwritten(world: World) -> None:
    known = {"NIP": SATU.head.nip, "Nama": SATU.head.nama, "NIK": SATU.head.nik}
    (fault,) = faults(world, book(Pejabat=[pejabat(**{**known, "Nama": "Orang Lain"})]))
    assert f"tercatat atas nama {SATU.head.nama}" in fault[3]
    (fault,) = faults(world, book(Pejabat=[pejabat(**{**known, "NIK": "9901010202850099"})]))
    assert "berbeda dari yang tercatat" in fault[3]
    (fault,) = faults(world, book(Pejabat=[pejabat(NIK=SATU.head.nik)]))
    assert f"sudah tercatat untuk {SATU.head.nama}" in fault[3]


def test_a_username_of_somebody_else_is_refused(world: World) -> None:
    (fault,) = faults(world, book(Pengguna=[{**PENELAAH, "Tempat": LITERASI.kode, "Username": "biro"}]))
    assert fault[:3] == ("Pengguna", 2, "Username") and "sudah dipakai Tim Biro Perencanaan" in fault[3]
    rows = [{**PENELAAH, "Tempat": LITERASI.kode}, {**PENELAAH, "Tempat": "020000", "Nama": "Orang Lain"}]
    (fault,) = faults(world, book(Pengguna=rows))
    assert "di berkas ini sudah milik Luh Contoh" in fault[3]


def test_a_unit_and_a_satker_share_no_code_and_two_units_no_name(world: World) -> None:
    (fault,) = faults(world, book(Unit=[{**UNIT, "Kode Unit": SATU.kode}]))
    assert "tidak berbagi kode" in fault[3]
    (fault,) = faults(world, book(Unit=[{**UNIT, "Nama Unit": LITERASI.nama.upper()}]))
    assert f"Nama ini dipakai unit {LITERASI.kode}" in fault[3]


def test_accounts_are_the_admins_matter(world: World) -> None:
    (fault,) = faults(world, book(**WHOLE), by="biro")
    assert "hanya dapat dimuat oleh admin" in fault[3]
    masters = {k: v for k, v in WHOLE.items() if k != "Pengguna"}
    assert faults(world, book(**masters), by="biro") == []


# ---- files that are none -------------------------------------------------------------------------------------------


def refusal(world: World, content: bytes, name: str = "data.xlsx") -> str:
    began = time.monotonic()
    with pytest.raises(InvalidInput) as refused:
        checked(world, content, name)
    assert time.monotonic() - began < 5
    return str(refused.value)


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_fifty_thousand_rows_are_refused_quickly_with_the_number(world: World) -> None:
    rows = [{"Kode Unit": f"{n:06d}", "Nama Unit": f"Unit {n}"} for n in range(50_000)]
    assert "berisi 50.000 baris" in refusal(world, book(Unit=rows))
    text = "Kode Unit;Nama Unit\n" + "".join(f"{n:06d};Unit {n}\n" for n in range(50_000))
    assert "50.000 baris" in refusal(world, text.encode(), "unit.csv")


def test_more_heads_than_one_transaction_should_hold_are_refused(world: World) -> None:
    rows = [pejabat(NIP=f"19850202201001{n:04d}", NIK=f"990101020285{n:04d}") for n in range(1, 1002)]
    (fault,) = [f for f in faults(world, book(Pejabat=rows)) if not f[1]]
    assert "Ada 1001 baris pejabat; satu berkas paling banyak 1000" in fault[3]


def test_what_only_calls_itself_xlsx(world: World) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "versi lama (.xls)" in refusal(world, ole)
    assert "dikunci dengan kata sandi" in refusal(world, ole + "EncryptedPackage".encode("utf-16-le"))
    assert "bukan Excel" in refusal(world, zipped(a=b"b"))
    assert "bukan Excel" in refusal(world, b"%PDF-1.7\n\0\0binary")
    assert "kosong" in refusal(world, b"")
    good = book(Unit=[UNIT])
    assert "rusak" in refusal(world, good[: len(good) // 2])
    assert "rusak" in refusal(world, b"PK\x03\x04" + b"x" * 100)


def test_macros_bombs_and_entities_are_not_opened(world: World) -> None:
    sheet = {"[Content_Types].xml": b"<x/>", "xl__worksheets__sheet1.xml": b"<x/>"}
    assert "makro" in refusal(world, zipped(**sheet, **{"xl__vbaProject.bin": b"x"}))
    bomb = zipped(**{**sheet, "xl__worksheets__sheet1.xml": b"<row>" + b" " * 200_000_000})
    assert len(bomb) < 400_000 and "terlalu besar setelah dibuka" in refusal(world, bomb)
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    assert "rusak" in refusal(world, zipped(**{**sheet, "xl__workbook.xml": entity}))


def test_a_sheet_that_declares_a_million_rows_is_read_as_it_is(world: World) -> None:
    good = book(Unit=[UNIT])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part, content.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    began = time.monotonic()
    assert len(checked(world, out.getvalue()).records) == 1 and time.monotonic() - began < 3
