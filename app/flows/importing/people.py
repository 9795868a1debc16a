"""The part of a plan that is about people: who they are, their accounts, and their roles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from app.flows import sample
from app.flows.importing import cells
from app.flows.importing.grid import Record
from app.flows.importing.plan import CHANGED, NEW, SAME, Account, Held, Plan
from app.flows.sample import ADMIN, OPERATOR

_NO_MAIL = "Akun baru ini tanpa e-mail, jadi tidak menerima undangan. Admin mengatur password pertamanya di Pengguna."


def person(plan: Plan, record: Record) -> bool:
    """Plan the person with the row's NIP; False where the numbers don't fit what is known."""
    nip, nik, nama = record["nip"], record["nik"], record["nama"]
    row = plan.known.people.get(nip)
    owner = plan.known.niks.get(nik) if nik else None
    if owner is not None and owner.nip != nip:
        plan.report.of(record, f"NIK ini sudah tercatat untuk {owner.nama}. Cocokkan dengan KTP.", "NIK",
                       cells.masked(nik))  # fmt: skip
        return False
    if row is None:
        _new_person(plan, record)
        return True
    if row.nama.casefold() != nama.casefold():
        plan.report.of(record, f"NIP ini tercatat atas nama {row.nama}. Samakan namanya, atau perbaiki "
                       "dulu data orangnya.", "Nama", nama)  # fmt: skip
        return False
    if nik and row.nik and nik != row.nik:
        plan.report.of(record, f"NIK ini berbeda dari yang tercatat untuk {row.nama}. Cocokkan "
                       "dengan KTP, atau perbaiki dulu data orangnya.", "NIK", cells.masked(nik))  # fmt: skip
        return False
    if nik and not row.nik and (row.id, {"nik": nik}) not in plan.todo.people_changed:
        plan.todo.people_changed.append((row.id, {"nik": nik}))
        plan.note("orang", CHANGED, f"{row.nama}, NIP {nip}", ("NIK", "", nik))
    return True


def _new_person(plan: Plan, record: Record) -> None:
    known = plan.todo.people.get(record["nip"])
    if known is not None:
        known["nik"] = known["nik"] or record["nik"]
        return
    plan.todo.people[record["nip"]] = {"nip": record["nip"], "nama": record["nama"], "nik": record["nik"]}
    nik = [("NIK", "", record["nik"])] if record["nik"] else []
    plan.note("orang", NEW, f"{record['nama']}, NIP {record['nip']}", ("Nama", "", record["nama"]), *nik)


def account_of(plan: Plan, nip: str) -> Any:
    """The account with which a person works: the active one called by the NIP, else the first active one, or any."""
    row = plan.known.people.get(nip)
    own = plan.known.users_of.get(row.id, []) if row is not None else []
    return next(iter(sorted(own, key=lambda u: (not u.active, u.username != nip, u.id))), None)


def account(plan: Plan, record: Record, username: str) -> bool:
    """Plan the account that a row speaks of; False where it can't be."""
    row = plan.known.users.get(username)
    if row is None:
        return _new_account(plan, record, username)
    if not row.active:
        plan.report.of(record, f"Akun {username} sudah ditutup. Buka lagi akunnya di Pengguna, lalu muat lagi.",
                       "Username", username)  # fmt: skip
        return False
    if not _fits(plan, record, row):
        plan.report.of(record, f"Username {username} sudah dipakai {row.nama}. Pilih username lain, atau samakan nama "
                       "dan NIP-nya.", "Username", username)  # fmt: skip
        return False
    known = plan.todo.accounts_changed.get(username, {})
    changes: dict[str, Any] = {}
    if record.kind == "pengguna" and record["nama"] != row.nama and "nama" not in known:
        changes["nama"] = record["nama"]
    if record["email"] and record["email"] != row.email.lower() and "email" not in known:
        changes["email"] = record["email"]
    if record["nip"] and row.person_id is None and "nip" not in known:
        changes["nip"] = record["nip"]
    if not (plan.accounts_too or _left_alone(plan, record, row, changes)):
        return False
    _note_account(plan, row, changes)
    return True


def _left_alone(plan: Plan, record: Record, row: Any, changes: dict[str, Any]) -> bool:
    """Who only appoints heads changes no account that is there; False where the row can't do without."""
    if "nip" in changes:
        plan.report.of(record, f"Akun {row.username} belum terhubung dengan orang ini. Minta admin menghubungkannya di "
                       "Pengguna, lalu muat lagi.", "NIP", record["nip"])  # fmt: skip
        return False
    if changes.pop("email", ""):
        plan.report.warn_of(record, f"Akun {row.username} sudah ada. Alamat e-mailnya tetap: hanya pemiliknya atau "
                            "admin yang dapat mengubahnya.", "E-mail", record["email"])  # fmt: skip
    return True


def _note_account(plan: Plan, row: Any, changes: dict[str, Any]) -> None:
    subject = f"{row.username} {changes.get('nama', row.nama)}"
    if changes:
        plan.todo.accounts_changed.setdefault(row.username, {}).update(changes)
        labels = {"nama": "Nama", "email": "E-mail", "nip": "NIP"}
        plan.note("akun", CHANGED, subject, *((labels[k], getattr(row, k, ""), v) for k, v in changes.items()))
    elif row.username not in plan.unmoved:
        plan.unmoved.add(row.username)
        plan.note("akun", SAME, subject)


def _fits(plan: Plan, record: Record, row: Any) -> bool:
    """Whether an account may be the one that the row means: linked to the same person, or called alike.

    The account of an operator belongs to the satker: whoever operates it may change.
    """
    if record["nip"] and row.person_id is not None:
        return bool(plan.known.people_by_id[row.person_id].nip == record["nip"])
    return record["peran"] == OPERATOR or bool(_names(record["nama"]) & _names(row.nama))


def _names(nama: str) -> set[str]:
    """The words of a name without titles."""
    return {w for w in re.findall(r"[^\W\d_]{3,}", nama.split(",")[0].casefold()) if w not in ("prof", "drs", "dra")}


def _new_account(plan: Plan, record: Record, username: str) -> bool:
    planned = plan.todo.accounts.get(username)
    if planned is None:
        first = record["peran"] == OPERATOR
        made = Account(username, record["nama"], record["nip"], record["email"], first)
        plan.todo.accounts[username] = made
        mail = [("E-mail", "", made.email)] if made.email else []
        plan.note("akun", NEW, f"{username} {made.nama}", ("Nama", "", made.nama), *mail)
        if not made.email and not first:
            plan.report.warn_of(record, _NO_MAIL, "E-mail")
        return True
    if planned.nama != record["nama"]:
        plan.report.of(record, f"Username {username} di berkas ini sudah milik {planned.nama}. Ganti, atau "
                       "samakan namanya.", "Username", username)  # fmt: skip
        return False
    if planned.nip != record["nip"] or planned.email != record["email"]:
        plan.todo.accounts[username] = Account(
            username, planned.nama, planned.nip or record["nip"], planned.email or record["email"], planned.first
        )
    return True


def users(plan: Plan, records: Sequence[Record]) -> None:
    """The sheet Pengguna."""
    seen: dict[tuple[str, str, str], Record] = {}
    for record in records:
        if record.kind != "pengguna" or record.bad or not _place_fits(plan, record):
            continue
        username = _username(plan, record)
        if not username or (record["nip"] and not person(plan, record)):
            continue
        first = seen.setdefault((username, record["peran"], record["tempat"]), record)
        if first is not record:
            plan.report.of(record, f"Akun dan peran ini sudah ada di baris {first.row}. Hapus salah satu barisnya.",
                           "Peran", record["peran"])  # fmt: skip
        elif account(plan, record, username):
            _role(plan, record, username)


def _place_fits(plan: Plan, record: Record) -> bool:
    scope, place = sample.ROLES[record["peran"]], record["tempat"]
    problem = ""
    if scope == "all" and place:
        problem = f"{record['peran']} berlaku untuk semua tempat. Kosongkan kolom Tempat."
    elif scope != "all" and not place:
        problem = f"{record['peran']} memerlukan kode {scope} di kolom Tempat. Isi kodenya."
    elif scope == "satker" and place not in plan.satkers:
        problem = f"Satker {place} tidak terdaftar dan tidak ada di sheet Satker. Perbaiki kodenya."
        if place in plan.units:
            problem = f"{place} adalah kode unit. {record['peran']} memerlukan kode satker."
    elif scope == "unit" and place not in plan.units:
        problem = f"Unit {place} tidak terdaftar dan tidak ada di sheet Unit. Perbaiki kodenya."
        if place in plan.satkers:
            problem = f"{place} adalah kode satker. {record['peran']} memerlukan kode unit."
    if problem:
        plan.report.of(record, problem, "Tempat", place)
    return not problem


def _username(plan: Plan, record: Record) -> str:
    typed = record["username"]
    if record["peran"] == OPERATOR:
        wanted = f"sim{record['tempat']}"
        if typed and typed != wanted:
            plan.report.of(record, f"Username operator satker {record['tempat']} adalah {wanted}. Kosongkan kolom ini.",
                           "Username", typed)  # fmt: skip
            return ""
        return wanted
    if typed:
        return typed
    if record["nip"]:
        own = account_of(plan, record["nip"])
        return str(own.username) if own is not None else record["nip"]
    plan.report.of(record, "Username belum diisi. Isi Username, atau isi NIP yang menjadi username-nya.", "Username")
    return ""


def _role(plan: Plan, record: Record, username: str) -> None:
    """A role begins, or gets a last day. One that is held already goes on from the day on which it began."""
    role, scope = record["peran"], record["tempat"]
    since = date.fromisoformat(record["since"]) if record["since"] else None
    until = date.fromisoformat(record["until"]) if record["until"] else None
    subject = f"{username}: {role} {scope}".strip()
    row = plan.known.users.get(username)
    held = plan.known.roles.get((row.id, role, scope), []) if row is not None else []
    known = next((h for h in held if h.until is None or h.until >= plan.today), None)
    begins = known.since if known else since or plan.today
    if any(h.since == begins for h in held if h is not known):  # held before, ended, and now anew
        begins = plan.today
    if not _days_fit(plan, record, known, begins, until):
        return
    if known is None:
        plan.todo.roles.append(Held(username, role, scope, begins, until))
        plan.note(
            "peran", NEW, subject, ("Mulai", "", begins.isoformat()), ("Sampai", "", until.isoformat() if until else "")
        )
    else:
        differs = until is not None and until != known.until
        if differs:
            plan.todo.roles_changed.append((known.id, {"until": until}))
        fields = [("Sampai", str(known.until or ""), str(until))] if differs else []
        plan.note("peran", CHANGED if differs else SAME, subject, *fields)


def _days_fit(plan: Plan, record: Record, known: Any, begins: date, until: date | None) -> bool:
    """What would take a role away at once is done in the pages, where it is asked twice."""
    problem = ""
    if until is not None and until < begins:
        problem = "Tanggal Sampai lebih awal dari tanggal Mulai. Periksa keduanya."
    elif until is not None and until < plan.today:
        problem = (
            "Tanggal Sampai sudah lewat. Peran diakhiri seketika di halaman Pengguna; di sini paling awal hari ini."
        )
    elif until is not None and known is not None and record["peran"] == ADMIN and until != known.until:
        problem = "Peran admin yang sudah ada diakhiri di halaman Pengguna. Kosongkan kolom Sampai."
    if problem:
        plan.report.of(record, problem, "Sampai", record["until"])
    return not problem
