"""The part of a plan that is about heads: the same rules as `app.flows.heads.enter`, which carries it out.

They are worked out here first, so that the preview can say whose term ends, and so that every fault is known before
anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.flows import terms
from app.flows.heads import LATEST_AHEAD
from app.flows.importing import people
from app.flows.importing.columns import MOST_HEADS
from app.flows.importing.grid import Record
from app.flows.importing.plan import ENDED, NEW, SAME, Plan, Term
from app.flows.people import ONESELF, is_oneself

_DAY = timedelta(days=1)


def heads(plan: Plan, records: Sequence[Record]) -> None:
    """The sheet Pejabat, place by place, in the order of the days on which the terms begin."""
    rows = [r for r in records if r.kind == "pejabat"]
    if len(rows) > MOST_HEADS:
        words = f"Ada {len(rows)} baris pejabat; satu berkas paling banyak {MOST_HEADS}. Pecah menjadi beberapa berkas."
        plan.report.error(rows[0].sheet, words)
        return
    rows = [r for r in rows if not r.bad and _place_fits(plan, r)]
    by_place: dict[tuple[str, str], list[Record]] = {}
    for record in rows:
        kind = "satker" if record["satker"] else "unit"
        by_place.setdefault((kind, record[kind]), []).append(record)
    for (kind, kode), of_place in by_place.items():
        running = _known_terms(plan, kind, kode)
        for record in sorted(of_place, key=lambda r: (r["since"], r.row)):
            running = _head(plan, record, (kind, kode), running)


def _place_fits(plan: Plan, record: Record) -> bool:
    satker, unit = record["satker"], record["unit"]
    problem, column = "", "Kode Satker"
    if bool(satker) == bool(unit):
        problem = "Isi Kode Satker atau Kode Unit, salah satu saja."
    elif satker and satker not in plan.satkers:
        problem = f"Satker {satker} tidak terdaftar dan tidak ada di sheet Satker. Perbaiki kodenya."
    elif unit and unit not in plan.units:
        problem, column = f"Unit {unit} tidak terdaftar dan tidak ada di sheet Unit. Perbaiki kodenya.", "Kode Unit"
    if problem:
        plan.report.of(record, problem, column, satker or unit)
    return not problem


def _known_terms(plan: Plan, kind: str, kode: str) -> list[Term]:
    """The place's terms; where there are none, the head whom the master names, as `terms.adopt` takes them over."""
    known = plan.known.terms.get((kind, kode), [])
    if known:
        return [Term(_key(plan, t.person_id), t.jabatan, t.sebagai, t.since, t.until, t.id) for t in known]
    row = (plan.known.satkers if kind == "satker" else plan.known.units).get(kode)
    if row is None or row.pimpinan_id is None:
        return []
    role, (sebagai, jabatan) = terms.ROLES[kind], terms.split(row.jabatan_pimpinan)
    since = [
        held.since
        for account in plan.known.users_of.get(row.pimpinan_id, [])
        for held in plan.known.roles.get((account.id, role, kode), [])
        if held.since <= plan.today
    ]
    return [Term(_key(plan, row.pimpinan_id), jabatan, sebagai, min(since, default=plan.today), None)]


def _key(plan: Plan, person_id: int) -> str:
    return plan.known.people_by_id[person_id].nip or f"#{person_id}"


def _name(plan: Plan, key: str) -> str:
    if key.startswith("#"):
        return str(plan.known.people_by_id[int(key[1:])].nama)
    row = plan.known.people.get(key)
    return str(row.nama if row is not None else plan.todo.people.get(key, {}).get("nama", key))


def _head(plan: Plan, record: Record, place: tuple[str, str], running: list[Term]) -> list[Term]:
    """The terms of the place after this row."""
    since = date.fromisoformat(record["since"])
    until = date.fromisoformat(record["until"]) if record["until"] else None
    new = Term(record["nip"], record["jabatan"], record["sebagai"], since, until)
    if not _account_fits(plan, record):
        return running
    subject = f"{place[0].capitalize()} {place[1]}: {terms.title(new.sebagai, new.jabatan)}"
    if any(_says_the_same(t, new) for t in running):
        plan.note("pejabat", SAME, f"{subject}, {record['nama']}")
        return running
    later = [t for t in running if bool(t.sebagai) == bool(new.sebagai) and t.since > since]
    if until is None and later:
        new = replace(new, until=min(t.since for t in later) - _DAY)
    if not _days_fit(plan, record, new, later):
        return running
    plan.todo.terms.append((*place, new))
    ends = new.until.isoformat() if new.until else ""
    plan.note("pejabat", NEW, subject, ("Pejabat", _leading(plan, running, since), record["nama"]),
              ("Mulai", "", record["since"]), ("Sampai", "", ends))  # fmt: skip
    return [*_giving_way(plan, subject, running, new), new]


def _says_the_same(known: Term, new: Term) -> bool:
    """A last day that the file leaves open may be known by now."""
    return (known.person, known.jabatan, known.sebagai, known.since) == (
        new.person, new.jabatan, new.sebagai, new.since,
    ) and new.until in (None, known.until)  # fmt: skip


def _account_fits(plan: Plan, record: Record) -> bool:
    """The person, and the account in which they will work."""
    if not people.person(plan, record):
        return False
    own = people.account_of(plan, record["nip"])
    row = plan.known.people.get(record["nip"])
    if is_oneself(plan.by, row and row.id, own and own.id):
        plan.report.of(record, ONESELF, "NIP", record["nip"])
        return False
    return people.account(plan, record, str(own.username) if own is not None else record["nip"])


def _days_fit(plan: Plan, record: Record, new: Term, later: Sequence[Term]) -> bool:
    problem, column = "", "Sampai"
    in_the_way = [t for t in later if new.until is None or t.since <= new.until]
    if terms.split(new.jabatan)[0]:
        problem, column = "Tulis jabatan tanpa Plt. atau Plh.; isi itu di kolom Sebagai.", "Jabatan"
    elif len(new.jabatan) > 190:
        problem, column = "Jabatan ini lebih dari 190 huruf. Persingkat.", "Jabatan"
    elif (new.since - plan.today).days > LATEST_AHEAD:
        problem, column = "Tanggal mulai ini terlalu jauh. Periksa tahunnya.", "Mulai"
    elif new.until is not None and new.until < new.since:
        problem = "Tanggal Sampai lebih awal dari tanggal Mulai. Periksa keduanya."
    elif new.until is not None and new.until < plan.today:
        problem = "Masa jabatan ini sudah lewat seluruhnya. Hapus baris ini, atau periksa tanggalnya."
    elif new.sebagai == "Plh." and not record["until"]:
        problem = "Plh. bertugas untuk waktu tertentu. Isi tanggal Sampai."
    elif in_the_way:
        who = _name(plan, in_the_way[0].person)
        problem = f"{who} sudah tercatat mulai {in_the_way[0].since:%d-%m-%Y}. Isi tanggal Sampai sebelum itu."
    if problem:
        plan.report.of(
            record, problem, column, record[{"Sampai": "until", "Mulai": "since", "Jabatan": "jabatan"}[column]]
        )
    return not problem


def _leading(plan: Plan, running: Sequence[Term], day: date) -> str:
    leads = terms.leader(running, day)
    return _name(plan, leads.person) if leads else ""


def _giving_way(plan: Plan, subject: str, running: Sequence[Term], new: Term) -> list[Term]:
    """Terms that run when the new one begins end the day before: those of its layer, and for a definitif head all."""
    left = []
    for t in running:
        runs = t.since <= new.since and (t.until is None or t.until >= new.since)
        if not runs or (new.sebagai and not t.sebagai):
            left.append(t)
            continue
        last = new.since - _DAY
        if t.since < new.since:
            left.append(replace(t, until=last))
        who = f"{terms.title(t.sebagai, t.jabatan)}, {_name(plan, t.person)}"
        place = subject.split(":")[0]
        plan.note("pejabat", ENDED, f"{place}: {who}", ("Sampai", str(t.until or ""), str(last)))
    return left
