"""Membuat Lembar PK: the document that both parties sign (the guide's "PERJANJIAN KINERJA → PK (DRAFT PK)")."""

from __future__ import annotations

import re
import secrets
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from app.sdk.json import JsonObject
from app.sdk.rendering import CannotRender
from app.sdk.services import BpmnError, Call, Outcome, Result, ServiceError, ServiceTask
from app.sdk.variables import Param, Variable
from service_tasks.lembar.isi import Incomplete, content

PARTIES = ("pihak_pertama", "pihak_kedua")
OTHERS = "Parameter satker menyebut satker lain. Lembar hanya dibuat untuk satker perkara ini: perbaiki diagramnya."
FIX = "ISI_LEMBAR"  # the sheet can't be made from what was typed; the message says what to change


def create(call: Call) -> Outcome:
    """Make the sheet from `info_satker` and `pk`, store it as a draft and say where the stamps belong.

    Parameters, each else taken from the case's data: `satker` (its kode), `info_satker`, `pk`, `revisi` {menggantikan,
    alasan} if there is one, `lembar_ke` (1, 2, ...; else one more than the last sheet of this satker and year, also of
    a case that was cancelled: a number on paper stands for one sheet).
    Result: sha256, number, token, halaman, name, size; `tempat` {pihak_pertama, pihak_kedua}, each {halaman (from 1),
    x, y, lebar, tinggi} in points from the page's lower left corner, as `tte.sign` takes it; pihak_pertama and
    pihak_kedua {nama, nip, jabatan}.
    """
    if call.params.get("satker") not in (None, "", call.case["satker"]):
        return ServiceError(OTHERS, permanent=True)  # its number would stand on a paper of theirs
    series = f"PK-{call.case['tahun']}-{call.params.get('satker') or call.case['satker']}-"
    number = f"{series}{_running(call, series)}"
    token = _token(call)
    try:
        values = content(call, number, token)
        pdf = call.ports.documents.render("lembar_pk.html", values, str(Path(__file__).parent))
    except (Incomplete, CannotRender) as e:
        return BpmnError(FIX, str(e))
    stored = call.ports.documents.put(pdf, kind="draft", name=f"{number}.pdf", number=number, token=token)
    layout = PdfReader(BytesIO(pdf))
    return Result(
        {
            "sha256": stored.sha256,
            "number": number,
            "token": token,
            "halaman": len(layout.pages),
            "name": stored.name,
            "size": stored.size,
            "tempat": {party: _place(layout, party) for party in PARTIES},
            **{party: values[party] for party in PARTIES},
        }
    )


def _running(call: Call, series: str) -> int:
    given = call.params.get("lembar_ke") or call.data.get("lembar_ke")
    if given:
        return int(given)
    before = re.search(r"-([0-9]+)$", str((call.data.get("lembar") or {}).get("number", "")))
    return max(int(before[1]) if before else 0, call.ports.documents.last_number(series)) + 1


def _token(call: Call) -> str:
    """The unguessable end of the verification address, kept first: a repeated attempt makes the same sheet."""
    token = call.answer.decode() if call.answer else secrets.token_urlsafe(16)
    call.keep(token.encode())
    return token


def _place(layout: PdfReader, name: str) -> JsonObject:
    """The rectangle that the template kept free under `name`: the PDF holds it as a named destination (/FitR)."""
    place = layout.named_destinations[f"/{name}"]
    left, bottom, right, top = (float(str(place[f"/{side}"])) for side in ("Left", "Bottom", "Right", "Top"))
    page = layout.get_destination_page_number(place)
    if page is None:
        raise ValueError(f"the template keeps no place free for the stamp of {name}")
    return {
        "halaman": page + 1,
        "x": round(left, 2),
        "y": round(bottom, 2),
        "lebar": round(right - left, 2),
        "tinggi": round(top - bottom, 2),
    }


TASKS = {
    "lembar.buat": ServiceTask(
        call=create,
        label="Membuat Lembar PK",
        errors=(FIX,),
        params=(
            Param("satker", "Kode satker; tanpa isian, satker dari instans", False, "info_satker.kode"),
            Param("info_satker", "Info Satker; tanpa isian, data info_satker", False, "info_satker"),
            Param("pk", "Isi PK; tanpa isian, data pk", False, "pk"),
            Param("revisi", "Untuk PK Revisi: yang digantikan dan alasannya"),
            Param("lembar_ke", "Nomor urut lembar; tanpa isian, berikutnya"),
        ),
        result=(
            Variable("number", "Nomor lembar"),
            Variable("halaman", "Jumlah halaman", "long"),
            Variable("name", "Nama berkas"),
            Variable("size", "Ukuran berkas (byte)", "long"),
            Variable("sha256", "Sidik berkas"),
            Variable("token", "Kode pada alamat pemeriksaan"),
            Variable("tempat", "Letak tanda tangan kedua pihak", "object"),
            Variable("tempat.pihak_pertama", "Letak tanda tangan pihak pertama", "object"),
            Variable("tempat.pihak_kedua", "Letak tanda tangan pihak kedua", "object"),
            Variable("pihak_pertama", "Pihak pertama", "object"),
            Variable("pihak_pertama.nama", "Nama pihak pertama"),
            Variable("pihak_kedua", "Pihak kedua", "object"),
            Variable("pihak_kedua.nama", "Nama pihak kedua"),
        ),
    ),
}
