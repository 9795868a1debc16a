"""What stands around a task and in the lists of tasks: for whom somebody acts, what was recommended, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, request

from app import clock
from app.flows import absence, overview, recommend, worklist
from app.flows.holders import holders
from app.flows.masters import info_satker
from app.flows.rights import fitting, local_day, sees
from app.flows.suspend import reasons
from app.flows.tasks import OpenTask
from app.models import AnyRow
from app.sdk.forms import TaskForm
from app.web.cases import offers
from app.web.kinerja import PROCESS
from app.web.words import ZONES

VIEWS = {"saya": "Menunggu saya", "peran": "Semua di peran saya", "selesai": "Selesai"}
REVIEWS = {"telaah": "Untuk ditelaah"}


def in_its_zone(task: OpenTask) -> OpenTask:
    """Times on the page of a task are those of its satker; the log names its case."""
    g.case_id = task.row.instance_id
    zona = info_satker(task.row.satker)["zona"]
    g.zona = zona if zona in ZONES else "WIB"
    return task


# ---- the lists -----------------------------------------------------------------------------------------------------


def views() -> dict[str, str]:
    """The lists of this person, the one that opens first before the others."""
    prepares = any(h.reviews for h in g.actor.holdings)
    if not prepares:
        return VIEWS
    return VIEWS | REVIEWS if any(not h.reviews for h in g.actor.holdings) else REVIEWS | VIEWS


def beside(view: str, rows: Sequence[AnyRow]) -> dict[str, Any]:
    """What a page of a list says beside its rows, by task or case."""
    found: dict[str, Any] = {
        "holds": reasons(r.instance_id for r in rows if r.phase == "suspended"),
        "behalf": worklist.behalf_of_done(g.actor, rows) if view == "selesai" else _behalf(rows),
        "recommended": recommend.of_tasks(rows) if view != "selesai" else {},
        "to_begin": [] if rows or view not in ("saya", "peran") else _to_begin(),
        "shut": {r.id for r in rows if view == "selesai" and not sees(g.actor, r.satker, r.unit)},
    }
    return found


def _to_begin() -> list[tuple[str, str]]:
    """(kode, nama) of the person's satkers whose PK of the year they may begin now."""
    mine = [satker for definition, satker in offers() if definition.id == PROCESS]
    return [(k, info_satker(k)["nama"]) for k in mine if overview.case_of(PROCESS, k, g.actor.year) is None]


def _behalf(rows: Sequence[AnyRow]) -> dict[str, str]:
    fits = {r.id: fitting(g.actor, r) for r in rows}
    return {k: h.behalf for k, h in fits.items() if h and h.behalf}


def absences() -> list[tuple[bool, AnyRow, str]]:
    """(this person is the substitute, the substitution, its state) of what counts now or comes."""
    today = local_day(clock.now())
    return [
        (r.substitute_id == g.actor.user_id, r, absence.state_of(r, today))
        for r in absence.around(g.actor.user_id, today)
    ]


# ---- one task ------------------------------------------------------------------------------------------------------


def around(task: OpenTask, form: TaskForm) -> dict[str, Any]:
    """`behalf` (whom the person stands in for), `shared` (others can do it too), `recommended`, `changed`."""
    row = task.row
    mine, recommended = fitting(g.actor, row), recommend.of_task(row.id, row.task_id)
    _take_over(form, recommended)
    return {
        "behalf": mine.behalf if mine else "",
        "shared": len(holders(row.role, row.satker, row.unit, local_day(clock.now()))) > 1,
        "recommended": recommended,
        "changed": _changed(form),
    }


def _take_over(form: TaskForm, recommended: Sequence[recommend.Recommendation]) -> None:
    """ "Pakai catatan ini": the note of a recommendation joins what stands in Input Catatan PK already."""
    wanted = request.args.get("rekomendasi", "") if request.method == "GET" else ""
    note = next((r.note for r in recommended if str(r.seq) == wanted), "")
    if note and "catatan" in form and note not in (form.catatan.data or ""):
        form.catatan.data = "\n".join(part for part in (form.catatan.data, note) if part)


def _changed(form: TaskForm) -> list[tuple[str, str, str]]:
    """What Info Satker says otherwise than the case: (name, then, now), for "ambil perubahan"."""
    then, now = form.context.data.get("info_satker"), form.context.satker
    if not isinstance(then, dict):
        return []
    words = {
        "nama": "Nama Satker", "unit": "Unit Utama", "kota": "Kota", "nama_pimpinan": "Nama Pimpinan",
        "nip_pimpinan": "NIP Pimpinan", "jabatan_pimpinan": "Jabatan Pimpinan",
        "alamat": "Alamat Kantor", "nama_operator": "Nama Operator", "hp": "No Hp Satker", "email": "Email Satker",
    }  # fmt: skip
    return [
        (w, then.get(k) or "", now.get(k) or "") for k, w in words.items() if (then.get(k) or "") != (now.get(k) or "")
    ]
