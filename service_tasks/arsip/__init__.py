"""Menyimpan PK ke Dokumentasi: the guide's "file PK secara otomatis akan tersimpan pada menu DOKUMENTASI"."""

from __future__ import annotations

from app.sdk.services import Call, Outcome, Result, ServiceError, ServiceTask
from app.sdk.variables import Param, Variable

NEEDED = ("sha256", "number", "token")


def store(call: Call) -> Outcome:
    """Judge the signed document once more and keep it as the archive's.

    Parameters: `dokumen` (the result of the last signature, or of the sheet where nobody signs; at least sha256, number
    and token) and `tanda_tangan` (how many signatures it must have, 2 unless said otherwise; 0 is allowed).
    Result: sha256, nama, waktu (ISO 8601, UTC), number, token, size, tanda_tangan.
    A document that fails is an incident, not a way of the diagram: somebody has to look at it.
    """
    document = call.params.get("dokumen") or {}
    if missing := [key for key in NEEDED if not document.get(key)]:
        return ServiceError(
            f"Dokumen yang akan diarsipkan tidak lengkap: {', '.join(missing)} belum ada.", permanent=True
        )
    wanted = int(call.params.get("tanda_tangan", 2))
    content = call.ports.documents.read(document["sha256"])
    if wanted:
        # None: the document as a whole is in question, not one signature that was just added.
        verdict = call.ports.documents.verify(None, content, wanted)
        if not verdict.ok:
            return ServiceError(f"Dokumen tidak dapat diarsipkan. {verdict.problem}", permanent=True)
    name = f"{document['number']}.pdf"
    kept = call.ports.documents.put(
        content, kind="archive", name=name, number=document["number"], token=document["token"]
    )
    return Result(
        {
            "sha256": kept.sha256,
            "nama": kept.name,
            "waktu": call.ports.now().isoformat(timespec="seconds"),
            "number": kept.number,
            "token": kept.token,
            "size": kept.size,
            "tanda_tangan": wanted,
        }
    )


TASKS = {
    "arsip.simpan": ServiceTask(
        call=store,
        label="Menyimpan dokumen ke Dokumentasi",
        params=(
            Param("dokumen", "Dokumen yang disimpan: hasil TTE terakhir", True, "ttd_eselon.dokumen"),
            Param("tanda_tangan", "Jumlah tanda tangan yang ada padanya; tanpa isian, 2", False, "2"),
        ),
        result=(
            Variable("number", "Nomor dokumen"),
            Variable("nama", "Nama berkas"),
            Variable("waktu", "Waktu disimpan", "date"),
            Variable("size", "Ukuran berkas (byte)", "long"),
            Variable("tanda_tangan", "Jumlah tanda tangan", "long"),
            Variable("sha256", "Sidik berkas"),
            Variable("token", "Kode pada alamat pemeriksaan"),
        ),
    ),
}
