"""/instans: admins look into every case, running or finished; what failed; one case as it is and as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.flows import casefile, events, instances, lookback, stuck, why
from app.flows import incidents as failures
from app.flows.instances import Filter
from app.flows.intervention import PHASES
from app.models import AnyRow
from app.web.access import needs
from app.web.addresses import row_number
from app.web.cases import find_case, marks_of, table_of
from app.web.csv import csv_response
from app.web.tree import plain, tree
from app.web.words import waktu

bp = Blueprint("instances", __name__, url_prefix="/instans")
ADMIN = "Admin"
_PHASE_OF = {word.lower(): phase for phase, word in PHASES.items()}
JOBS = {
    "ready": "menunggu giliran", "running": "sedang dipanggil", "done": "selesai", "incident": "insiden",
    "gone": "ditinggalkan",
}  # fmt: skip
OUTCOMES = {
    "": "belum ada jawaban", "result": "berhasil", "error": "ditolak layanan", "failed": "gagal",
    "unknown": "hasilnya tidak diketahui", "unsent": "tidak terkirim",
}  # fmt: skip
KINDS = {
    "userTask": "tugas", "manualTask": "tugas", "serviceTask": "layanan", "startEvent": "awal", "endEvent": "akhir",
    "boundaryEvent": "kejadian di tepi langkah", "intermediateThrowEvent": "kejadian", "scriptTask": "hitungan",
    "intermediateCatchEvent": "kejadian", "exclusiveGateway": "gateway", "parallelGateway": "gateway",
    "inclusiveGateway": "gateway", "eventBasedGateway": "gateway", "subProcess": "subproses",
    "callActivity": "subproses", "businessRuleTask": "tabel keputusan", "receiveTask": "pesan", "sendTask": "pesan",
}  # fmt: skip
STUCK = "Tidak ada orang, layanan, atau waktu yang akan menggerakkan perkara ini."
CHECKED_AT_ONCE = 60  # events whose hashes are checked whenever the page opens; longer histories on request
_WORDS: dict[str, Any] = {"tree": tree, "plain": plain, "kind_words": KINDS}


@bp.get("/")
@needs(ADMIN)
def index() -> ResponseReturnValue:
    """Cases by filter, the newest first."""
    asked = {k: v for k in FIELDS if (v := request.args.get(k, "").strip()[:100])}
    f, unknown = _filter(asked)
    if request.args.get("format") == "csv":
        return _csv(f)
    now = clock.now()
    again: dict[str, Any] = dict(asked)
    page = instances.page(f, now, after=_number("sesudah"), before=_number("sebelum"))
    return render_template(
        "instances/index.html",
        page=page,
        asked=asked,
        unknown=[FIELDS[key] for key in unknown],
        names=FIELDS,
        dict=dict,
        phases=PHASES,
        counts=instances.counts(),
        choices=_choices(asked),
        more=url_for("instances.index", **again, sesudah=page.older) if page.older else "",
        back=url_for("instances.index", **again, sebelum=page.newer) if page.newer else "",
        first=url_for("instances.index", **again) if page.newer or "sesudah" in request.args else "",
        csv=url_for("instances.index", **again, format="csv"),
    )


@bp.get("/insiden")
@needs(ADMIN)
def incidents() -> ResponseReturnValue:
    """What failed for good and waits for an admin, the oldest first."""
    text, after = (request.args.get(k, "").strip()[:100] for k in ("cari", "sesudah"))
    if request.args.get("format") == "csv":
        return _incidents_csv(text)
    found = failures.listed(text, after)
    again: dict[str, Any] = {"cari": text} if text else {}
    return render_template(
        "instances/incidents.html",
        found=found,
        text=text,
        more=url_for("instances.incidents", **again, sesudah=found.next) if found.next else "",
        first=url_for("instances.incidents", **again) if after else "",
        csv=url_for("instances.incidents", **again, format="csv"),
    )


@bp.get("/<int:instance_id>")
@needs(ADMIN)
def show(instance_id: int) -> ResponseReturnValue:
    """One case: why it is here, what will move it, how it came here."""
    case = find_case(instance_id)
    view = why.view_of(case)
    marks = marks_of(why.tokens(case, view), casefile.passed_elements(case))
    before = _number("sebelum")
    past, older = lookback.history(instance_id, before)
    decisions, older_decisions = lookback.decisions(instance_id, _number("keputusan"))
    calls, more_calls = lookback.calls(instance_id, 200 if "panggilan" in request.args else 20)
    check = case.row.version <= CHECKED_AT_ONCE or "periksa" in request.args
    return render_template(
        "instances/show.html",
        case=case,
        why=why.why(case, view),
        phase=PHASES.get(case.row.phase, case.row.phase),
        marks=marks,
        table=table_of(case.definition, marks),
        documents=casefile.documents(case),
        past=past,
        older=older,
        before=before,
        decisions=decisions,
        older_decisions=older_decisions,
        calls=calls,
        more_calls=more_calls,
        data=tree(view.data) if view else None,
        stuck_words=stuck.WORDS.get(case.row.stuck, STUCK),
        job_words=JOBS,
        outcome_words=OUTCOMES,
        checked=check,
        broken=events.broken_at(instance_id) if check else None,
        **_WORDS,
    )


@bp.get("/<int:instance_id>/langkah/<int:seq>")
@needs(ADMIN)
def step(instance_id: int, seq: int) -> ResponseReturnValue:
    """The case as it was after one step: its tokens and its data then."""
    case = find_case(instance_id)
    look = lookback.look(instance_id, seq)
    marks = marks_of(list(look.tokens), list(look.done))
    return render_template(
        "instances/step.html",
        case=case,
        look=look,
        marks=marks,
        table=table_of(look.definition, marks),
        data=tree(look.view.data) if look.view else None,
        **_WORDS,
    )


# ---- the list's filters --------------------------------------------------------------------------------------------

FIELDS = {
    "cari": "judul atau nomor", "proses": "proses", "status": "status", "keadaan": "keadaan", "langkah": "langkah",
    "satker": "satker", "unit": "unit utama", "tahun": "tahun", "insiden": "dengan insiden", "macet": "macet",
    "diam": "lama tidak bergerak (hari)", "sebelum_tanggal": "dimulai sebelum",
}  # fmt: skip


def _filter(asked: dict[str, str]) -> tuple[Filter, list[str]]:
    """The filter that was asked for, and the fields whose values mean nothing and were left out."""
    process, _, version = asked.get("proses", "").partition("~")
    unknown: list[str] = []

    def read(key: str, kind: Any) -> Any:
        text = asked.get(key, "")
        try:
            return kind(text) if text else None
        except (ValueError, KeyError):
            unknown.append(key)
            return None

    f = Filter(
        text=asked.get("cari", ""),
        process=process,
        version=read("proses", lambda _: _whole(version)) if version else None,
        status=asked.get("status", ""),
        phase=read("keadaan", _PHASE_OF.__getitem__) or "",
        step=asked.get("langkah", ""),
        satker=asked.get("satker", ""),
        unit=asked.get("unit", ""),
        year=read("tahun", _whole),
        incident=bool(asked.get("insiden")),
        stuck=bool(asked.get("macet")),
        idle=read("diam", _whole),
        before=read("sebelum_tanggal", _day),
    )
    return f, unknown


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise ValueError(text)
    return int(text)


def _day(text: str) -> date:
    """A day on which there can be cases: the very first and last ones have no midnight in every zone."""
    day = date.fromisoformat(text)
    if not 1970 < day.year < 9999:
        raise ValueError(text)
    return day


def _number(name: str) -> int | None:
    """An id or seq from the address; None where it is none."""
    return request.args.get(name, type=row_number)


def _choices(asked: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What the selects offer: (value, words); what is chosen now among it."""
    processes: dict[str, str] = {}
    versions = instances.versions()
    for v in versions:
        processes.setdefault(f"{v.process}", f"{v.name}, semua versi")
        processes[f"{v.process}~{v.version}"] = f"{v.name}, versi {v.version}"
    found = {
        "proses": list(processes.items()),
        "status": [(s, s) for s in instances.statuses(clock.now())],
        "langkah": instances.open_steps(),
        "unit": instances.units(),
        "tahun": [(str(y), str(y)) for y in instances.years()],
        "keadaan": [(word.lower(), word) for word in PHASES.values()],
    }
    for key, offered in found.items():
        chosen = asked.get(key)
        if chosen and chosen not in dict(offered):
            offered.append((chosen, chosen))
    return found


# ---- CSV -----------------------------------------------------------------------------------------------------------


def _csv(f: Filter) -> ResponseReturnValue:
    now = clock.now()
    head = (
        "Nomor", "Judul", "Proses", "Versi", "Keadaan", "Status", "Kode satker", "Satker", "Unit utama", "Tahun",
        "Dimulai", "Perubahan terakhir", "Berakhir", "Insiden", "Macet",
    )  # fmt: skip
    return csv_response(f"instans-{now:%Y%m%d}.csv", head, (_cells(r) for r in instances.export(f, g.actor, now)))


def _cells(r: AnyRow) -> tuple[object, ...]:
    return (
        r.id, r.title, r.nama_proses, r.version, PHASES.get(r.phase, r.phase), r.status, r.satker, r.nama_satker or "",
        r.nama_unit or "", r.tahun, waktu(r.created_at), waktu(r.changed_at), waktu(r.ended_at), r.incidents,
        stuck.WORDS.get(r.stuck, r.stuck),
    )  # fmt: skip


def _incidents_csv(text: str) -> ResponseReturnValue:
    rows = failures.export(text, g.actor, clock.now())
    cells = (
        (r.instance_id, r.title, r.satker, r.nama_satker or "", r.name or r.element, r.message, waktu(r.created_at))
        for r in rows
    )
    head = ("Nomor", "Judul", "Kode satker", "Satker", "Langkah", "Pesan", "Sejak")
    return csv_response("insiden.csv", head, cells)
