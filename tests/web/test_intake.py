# ruff: noqa: F811  (fixtures are imported by name)
"""Diagrams from elsewhere in the pages: Biro uploads, reads what becomes of each element, and makes a draft of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.errors import InvalidInput
from app.flows.diagrams import intake
from app.flows.diagrams.unpacking import plain_name, unpack
from app.models import Audit, Definition, DiagramDraft, DraftSave, db
from tests.visitor import Page, Visitor
from tests.web.test_routes import _problems
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

FILES = Path(__file__).parents[1] / "engine" / "foreign_files"
PK = Path(__file__).parents[2] / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"


def upload(visitor: Visitor, *files: tuple[str, bytes]) -> Page:
    """As a browser sends it; by hand, because the test client leaves the temporary file of a large one open."""
    token = visitor.open("/proses/berkas").token()
    parts = [f'--grens\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode()]
    for name, data in files:
        head = f'--grens\r\nContent-Disposition: form-data; name="berkas"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    body = b"".join(parts) + b"--grens--\r\n"
    answer = visitor.client.post("/proses/berkas", data=body, content_type="multipart/form-data; boundary=grens")
    return Page(visitor, answer)


def sample(*names: str) -> list[tuple[str, bytes]]:
    return [(name, (FILES / name).read_bytes()) for name in names]


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def drafts(world: World) -> list[DiagramDraft]:
    return world.all(db.select(DiagramDraft))


def draw(form: Any, **typed: str) -> Page:
    """Press "Jadikan draf" on the page of a report."""
    form.action = "/proses/berkas/draf"
    return form.fill(**typed).press()


def test_a_diagram_of_camunda_from_upload_to_draft(world: World) -> None:
    biro = world.biro()
    page = upload(biro, *sample("camunda_cuti.bpmn"))
    assert page.status == 200 and _problems(page.path, page) == []
    assert "Belum ada yang tersimpan" in page.text and "Tugas orang" in page.text
    assert "camunda:topic" in page.text and "baris" in page.text
    assert drafts(world) == []
    done = draw(page.form("/draf"), kode="cuti_pegawai")
    assert done.status == 200
    [draft] = drafts(world)
    assert (draft.process, draft.origin, draft.state, draft.base_id) == ("cuti_pegawai", "upload", "open", None)
    assert 'id="cuti_pegawai"' in draft.files["camunda_cuti.bpmn"]
    told = world.all(db.select(Audit).where(Audit.kind == "proses"))[-1]
    assert "camunda_cuti.bpmn" in told.note and told.actor
    report = biro.open(f"/proses/berkas/{draft.id}")
    assert "Disesuaikan" in report.text and _problems(report.path, report) == []
    assert biro.open(f"/proses/berkas/{draft.id}/asli/1").answer.data == sample("camunda_cuti.bpmn")[0][1]
    assert biro.open(f"/proses/berkas/{draft.id}/asli/2").status == 404
    assert "Keterangan" in biro.open(f"/proses/berkas/{draft.id}?hasil=documentation").text
    assert "Tidak ada yang cocok" in biro.open(f"/proses/berkas/{draft.id}?cari=tidak-ada-ini").text
    assert "text/csv" in biro.open(f"/proses/berkas/{draft.id}?format=csv").answer.headers["Content-Type"]
    assert draft.name in biro.open("/proses/berkas").text


def test_lanes_get_their_roles_on_the_page(world: World) -> None:
    page = upload(world.biro(), *sample("bpmnio_pinjam_aula.bpmn"))
    assert "Peran untuk jalur" in page.text and "Jalur Petugas Aula" in page.text
    form = page.form("/draf")
    names = {v: k.replace("jalur", "peran") for k, v in form.values.items() if k.startswith("jalur-")}
    form.fill(**{names["Petugas Aula"]: "Operator Satker", names["Pemohon"]: "Kepala Satker"})
    form.action = "/proses/berkas"
    again = form.press()
    assert "Semua elemen dapat dipakai" in again.text, again.text[:3000]
    draw(again.form("/draf"), kode="pinjam_aula")
    [draft] = drafts(world)
    assert 'name="Operator Satker"' in draft.files["bpmnio_pinjam_aula.bpmn"]
    assert 'name="Petugas Aula"' not in draft.files["bpmnio_pinjam_aula.bpmn"]


def test_the_first_save_is_the_file_as_it_came(world: World) -> None:
    page = upload(world.biro(), *sample("camunda_cuti.bpmn"))
    draw(page.form("/draf"))
    saves = world.all(db.select(DraftSave).order_by(DraftSave.revision))
    assert [s.revision for s in saves] == [1, 2]
    assert saves[0].files["camunda_cuti.bpmn"].encode() == sample("camunda_cuti.bpmn")[0][1]
    assert saves[1].files == drafts(world)[0].files


def test_a_file_of_our_own_stays_as_it_is_byte_for_byte(world: World) -> None:
    page = upload(world.biro(), (PK.name, PK.read_bytes()))
    assert "sama persis dengan Perjanjian Kinerja, versi 1" in page.text
    draw(page.form("/draf"), ke="perjanjian_kinerja")
    [draft] = drafts(world)
    assert draft.files == {PK.name: PK.read_text()}
    assert (draft.process, draft.revision) == ("perjanjian_kinerja", 1)
    assert draft.base_id == world.all(db.select(Definition.id))[0]


def test_a_foreign_file_can_be_the_next_version_of_a_process(world: World) -> None:
    page = upload(world.biro(), *sample("camunda_cuti.bpmn"))
    draw(page.form("/draf"), ke="perjanjian_kinerja")
    [draft] = drafts(world)
    assert draft.process == "perjanjian_kinerja" and draft.base_id
    assert 'process id="perjanjian_kinerja"' in draft.files["camunda_cuti.bpmn"]


@pytest.mark.parametrize("code", ["perjanjian_kinerja", "baru", "A B", "x" * 61, ""])
def test_a_code_that_can_not_be_used_is_refused_and_nothing_is_lost(world: World, code: str) -> None:
    page = draw(upload(world.biro(), *sample("camunda_cuti.bpmn")).form("/draf"), kode=code)
    assert page.status == 422 and "Kode" in page.text
    assert page.form("/draf").values["isi"]
    assert drafts(world) == []


def test_what_is_refused_may_still_be_mended_as_a_draft(world: World) -> None:
    page = upload(world.biro(), *sample("refused_kompleks.bpmn"))
    assert "ditolak" in page.text and "complexGateway" in page.text
    draw(page.form("/draf"), kode="rusak")
    assert [d.state for d in drafts(world)] == ["open"]
    assert world.all(db.select(Definition.process).distinct()) == ["perjanjian_kinerja"]


def test_a_set_in_a_zip_is_one_process(world: World) -> None:
    content = zipped(
        *((f"proyek/bpmn/{n}", d) for n, d in sample("zeebe_perjalanan.bpmn", "zeebe_perjalanan_bayar.bpmn")),
        ("__MACOSX/._a.bpmn", b"x"), ("README.md", b"# x"), ("gambar.png", b"x"),
    )  # fmt: skip
    page = upload(world.biro(), ("semua.zip", content))
    assert "zeebe_perjalanan.bpmn, zeebe_perjalanan_bayar.bpmn" in page.text, page.text[:500]
    draw(page.form("/draf"), kode="perjalanan")
    assert set(drafts(world)[0].files) == {"zeebe_perjalanan.bpmn", "zeebe_perjalanan_bayar.bpmn"}


# ---- who, and what nobody can do -------------------------------------------------------------------------------------


def test_only_biro_takes_files_and_admins_may_read(world: World) -> None:
    admin = world.admin()
    page = admin.open("/proses/berkas")
    assert page.status == 200 and not page.has_form("/proses/berkas")
    assert admin.post("/proses/berkas").status == 403 and admin.post("/proses/berkas/draf").status == 403
    assert world.operator().open("/proses/berkas").status == 403


def test_drafts_of_the_editor_have_no_report(world: World) -> None:
    biro = world.biro()
    assert biro.open("/proses/berkas/99").status == 404
    with world.app.app_context():
        from app import clock
        from app.flows.diagrams import drafts as store

        made = store.begin("x", {"a.bpmn": "<a/>"}, None, clock.now()).id
        db.session.commit()
    assert biro.open(f"/proses/berkas/{made}").status == 404


def bomb() -> bytes:
    """A kilobyte that says it is a gigabyte."""
    return zipped(("a.bpmn", b" " * 50_000_000))


BROKEN_ZIP = zipped(*[("a.bpmn", b"<a/>" * 100)])[:-40]
REFUSED = [
    ("nothing", [], "Belum ada berkas yang dipilih"),
    ("kind", [("a.exe", b"MZ")], "bukan berkas diagram"),
    ("large", [("a.bpmn", b"<a>" + b" " * 2_100_000)], "lebih dari 2 MB"),
    ("bomb", [("a.zip", bomb())], "lebih dari 2 MB"),
    ("broken", [("a.zip", BROKEN_ZIP)], "tidak dapat dibuka"),
    ("no zip", [("a.zip", b"PK\x03\x04 bukan zip")], "tidak dapat dibuka"),
    ("empty", [("a.zip", zipped(("a.txt", b"x")))], "tidak berisi berkas"),
    ("nested", [("a.zip", zipped(("b.zip", zipped(("a.bpmn", b"x")))))], "tidak berisi berkas"),
    ("many", [("a.zip", zipped(*((f"{i}.bpmn", b"<a/>") for i in range(31))))], "Lebih dari 30 berkas"),
    ("entries", [("a.zip", zipped(*((f"{i}.txt", b"") for i in range(501))))], "Lebih dari 30 berkas"),
    ("twice", [("a.zip", zipped(("x/a.bpmn", b"<a/>"), ("y/a.bpmn", b"<a/>")))], "dua berkas bernama"),
    ("total", [(f"{i}.bpmn", b"<a>" + b" " * 1_500_000) for i in range(3)], "4 MB"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_uploads_that_can_not_be_taken_are_refused_in_words(files: list[tuple[str, bytes]], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        unpack(files)


def test_a_refused_upload_says_so_on_the_page(world: World) -> None:
    page = upload(world.biro(), ("a.exe", b"MZ"))
    assert page.status == 422 and "bukan berkas diagram" in page.text and _problems(page.path, page) == []


def test_more_than_the_page_takes_is_413_in_words(world: World) -> None:
    client = world.biro().client
    answer = client.post("/proses/berkas", data=b"x" * 5_000_000, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413 and "paling besar 4 MB" in answer.text


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd.bpmn", "passwd.bpmn"), ("C:\\diagram\\a.bpmn", "a.bpmn"),
        ("a\r\nX-Evil: 1.bpmn", "a X-Evil_ 1.bpmn"),
        ("<script>.bpmn", "_script_.bpmn"), ("..", "berkas"), ("", "berkas"),
        ("x" * 300 + ".bpmn", "x" * 100 + ".bpmn"),
    ],
)  # fmt: skip
def test_names_lead_nowhere(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize("text", ["", "x", "AAAA", intake.packed({"a": b"x"})[:-6], "eJwrAAAAeQB5"])
def test_a_page_that_was_tampered_with_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        intake.unpacked(text)


def test_the_carried_files_are_no_bomb() -> None:
    with pytest.raises(InvalidInput):
        intake.unpacked(intake.packed({"a.bpmn": b" " * 50_000_000}))
    files = {"a.bpmn": b"<a/>", "b.dmn": "é".encode("utf-16")}
    assert intake.unpacked(intake.packed(files)) == files
