"""Info Satker and its people: what forms are prefilled with, and the one way to change it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update

from app.errors import InvalidInput, NotFound
from app.flows import audit, people, terms
from app.flows.rights import Actor, local_day
from app.models import AnyRow, Assignment, Certificate, Headship, Person, Satker, Unit, User, db, table
from app.sdk.json import JsonObject
from app.sdk.services import Signer

_SATKER, _PERSON, _UNIT = table(Satker), table(Person), table(Unit)
_COLUMNS = {"alamat": "alamat", "nama_operator": "nama_operator", "hp": "hp", "email": "email"}


def info_satker(kode: str) -> JsonObject:
    """The master as the form `edit_satker` names its fields, NIK included; NotFound if there is no such satker."""
    return _info(db.session.execute(_of_satker(kode)).first(), kode)


def _of_satker(kode: str) -> Select[Any]:
    return (
        select(_SATKER, _UNIT.c.nama.label("nama_unit"), _PERSON.c.nik, _PERSON.c.nip, _PERSON.c.nama.label("pimpinan"))
        .join(_UNIT, _UNIT.c.kode == _SATKER.c.unit_kode)
        .outerjoin(_PERSON, _PERSON.c.id == _SATKER.c.pimpinan_id)
        .where(_SATKER.c.kode == kode)
    )


def _info(row: AnyRow | None, kode: str) -> JsonObject:
    if row is None:
        raise NotFound(f"Satker {kode} tidak terdaftar.")
    return {
        "kode": row.kode,
        "nama": row.nama,
        "unit": row.nama_unit,
        "kota": row.kota,
        "zona": row.zona,
        "nik_pimpinan": row.nik or "",
        "nip_pimpinan": row.nip or "",
        "nama_pimpinan": row.pimpinan or "",
        "jabatan_pimpinan": row.jabatan_pimpinan,
        "alamat": row.alamat,
        "nama_operator": row.nama_operator,
        "hp": row.hp,
        "email": row.email,
    }


def write(conn: Connection, kind: str, values: JsonObject, now: datetime, by: Actor | None = None) -> None:
    """Apply one change of a master inside the caller's transaction."""
    _WRITERS[kind](conn, values, now, by)


def change(kind: str, values: JsonObject, now: datetime, by: Actor | None = None) -> None:
    """One change of a master outside a case: the page Info Satker."""
    with db.engine.begin() as conn:
        write(conn, kind, values, now, by)


def _write_info_satker(conn: Connection, values: JsonObject, now: datetime, by: Actor | None) -> None:
    kode = str(values["kode"])
    before = _now(conn, kode)
    place = terms.Place("satker", kode)
    terms.named(conn, place, _head(conn, values, now), str(values["jabatan_pimpinan"]), now)
    terms.set_master(conn, place, now)
    conn.execute(
        update(_SATKER)
        .where(_SATKER.c.kode == kode)
        .values(changed_at=now, **{column: values.get(key, "") for key, column in _COLUMNS.items()})
    )
    after = _now(conn, kode)
    marked = people.masked_after(before["nik_pimpinan"], after["nik_pimpinan"])
    before["nik_pimpinan"], after["nik_pimpinan"] = people.masked(before["nik_pimpinan"]), marked
    was, became = people.changed(before, after)
    if became:
        audit.write("master", place.words, now, by=by, before=was, after=became, note="Info Satker", conn=conn)


def _now(conn: Connection, kode: str) -> JsonObject:
    return _info(conn.execute(_of_satker(kode)).first(), kode)


def _head(conn: Connection, values: JsonObject, now: datetime) -> int:
    """The person with this NIP, corrected or made new. Another NIP is another person: who may sign does not follow."""
    nip, nik, nama = values["nip_pimpinan"], values["nik_pimpinan"], values["nama_pimpinan"]
    known = conn.execute(select(_PERSON.c.id, _PERSON.c.nik, _PERSON.c.nama).where(_PERSON.c.nip == nip)).first()
    if known is None or known.nik != nik:
        _check_nik_is_free(conn, nik, known.id if known else 0)
    if known is not None:
        if (known.nik, known.nama) != (nik, nama):
            _check_stands_here_alone(conn, known.id, values["kode"], now)
            conn.execute(update(_PERSON).where(_PERSON.c.id == known.id).values(nik=nik, nama=nama))
        return int(known.id)
    key = conn.execute(insert(_PERSON).values(nip=nip, nik=nik, nama=nama)).inserted_primary_key
    return int(key[0]) if key else 0


NIK_TAKEN = "NIK ini sudah tercatat untuk orang lain. Cocokkan dengan KTP, lalu ketik ulang, atau hubungi admin."
ELSEWHERE = (
    "NIP ini milik pejabat yang juga bertugas di tempat lain. Ketik nama dan NIK persis seperti yang tercatat di sana, "
    "atau minta admin mengubahnya."
)


def _check_nik_is_free(conn: Connection, nik: Any, person: int) -> None:
    """One NIK belongs to one person. Whose it is, is not told: an operator may not know."""
    other = select(_PERSON.c.id).where(_PERSON.c.nik == nik, _PERSON.c.id != person)
    if nik and conn.execute(other).first():
        raise InvalidInput(NIK_TAKEN)


def _check_stands_here_alone(conn: Connection, person: int, kode: str, now: datetime) -> None:
    """Name and NIK go onto every sheet that a person signs: one satker must not change them for others."""
    lasting = or_(Headship.until.is_(None), Headship.until >= local_day(now))
    places: list[Any] = [
        select(_SATKER.c.kode).where(_SATKER.c.pimpinan_id == person, _SATKER.c.kode != kode),
        select(_UNIT.c.kode).where(_UNIT.c.pimpinan_id == person),
        select(Headship.id).where(
            Headship.person_id == person, lasting, or_(Headship.kind != "satker", Headship.kode != kode)
        ),
        select(Assignment.id)
        .join(User, User.id == Assignment.user_id)
        .where(User.person_id == person, Assignment.scope != kode),
    ]
    if conn.execute(select(or_(*(place.exists() for place in places)))).scalar():
        raise InvalidInput(ELSEWHERE)


_WRITERS = {"info_satker": _write_info_satker}


def head_of_satker(kode: str) -> Signer:
    """The head that Info Satker names now."""
    row = _person_of(Satker, Satker.kode == kode, Satker.jabatan_pimpinan)
    if row is None:
        raise NotFound(f"Pimpinan satker {kode} belum diisi. Lengkapi Info Satker.")
    return _signer(row)


def head_of_unit(kode_satker: str) -> Signer:
    """The head of the unit utama to which a satker belongs."""
    unit = db.session.scalar(select(Satker.unit_kode).where(Satker.kode == kode_satker))
    row = _person_of(Unit, Unit.kode == unit, Unit.jabatan_pimpinan)
    if row is None:
        raise NotFound(f"Pimpinan unit utama dari satker {kode_satker} belum diisi. Hubungi admin.")
    return _signer(row)


def signer_of(person_id: int | None, title: str) -> Signer:
    """A person who is about to sign, with the certificate that was confirmed last for them."""
    row = db.session.execute(
        select(Person.id, Person.nama, Person.nip, Person.nik).where(Person.id == person_id)
    ).first()
    if row is None:
        raise NotFound("Akun ini belum terhubung dengan data pejabat. Hubungi admin.")
    return Signer(row.id, row.nama, row.nip or "", title, row.nik, certificate_of(row.id))


def standing_of(person_id: int | None, kode_satker: str) -> tuple[str, str]:
    """(NIP, jabatan) of a person in a satker or in the unit utama above it; "" for what is not known."""
    if person_id is None:
        return "", ""
    nip = db.session.scalar(select(Person.nip).where(Person.id == person_id)) or ""
    own = select(Satker.jabatan_pimpinan).where(Satker.kode == kode_satker, Satker.pimpinan_id == person_id)
    above = (
        select(Unit.jabatan_pimpinan)
        .join(Satker, Satker.unit_kode == Unit.kode)
        .where(Satker.kode == kode_satker, Unit.pimpinan_id == person_id)
    )
    return nip, db.session.scalar(own) or db.session.scalar(above) or ""


def certificate_of(person_id: int) -> str | None:
    """Fingerprint (SHA-256, hex) of the certificate confirmed last for a person."""
    return db.session.scalar(
        select(Certificate.fingerprint)
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.confirmed_at.desc(), Certificate.id.desc())
        .limit(1)
    )


def _person_of(table: Any, where: Any, title: Any) -> Any:
    return db.session.execute(
        select(Person.id, Person.nama, Person.nip, Person.nik, title.label("title"))
        .join(table, table.pimpinan_id == Person.id)
        .where(where)
    ).first()


def _signer(row: Any) -> Signer:
    return Signer(row.id, row.nama, row.nip or "", row.title, row.nik, certificate_of(row.id))
