"""Start a case: a satker begins its one PK of the year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from string import Formatter

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.engine import steps
from app.engine.definition import Definition
from app.errors import Conflict, NotAllowed
from app.flows import definitions
from app.flows.masters import info_satker
from app.flows.record import Change, read_case, record
from app.flows.rights import Actor
from app.models import Instance, Satker, db, table
from app.sdk.json import JsonObject

LONGEST = 300  # letters of a title, as the tables keep it


class AlreadyStarted(Conflict):
    """Satker ini sudah memulai proses ini untuk tahun yang sama. Lanjutkan yang sudah ada."""

    def __init__(self, instance_id: int) -> None:
        super().__init__()
        self.instance_id = instance_id


def start(process: str, satker: str, actor: Actor, now: datetime) -> int:
    """The id of the new case. AlreadyStarted where the diagram's unique key says there is one."""
    published = definitions.current(process)
    info = info_satker(satker)
    unit = db.session.scalar(select(Satker.unit_kode).where(Satker.kode == satker)) or ""
    role = start_role(published.definition)
    fits = [h for h in actor.holdings if h.role == role and h.covers(satker, unit)]
    if not fits:
        raise NotAllowed(f"Hanya {role} satker ini yang dapat memulai.")
    # `zona`: working days of the diagram are counted where the satker is
    data: JsonObject = {"tahun": actor.year, "satker": satker, "zona": info["zona"]}
    names = {"tahun": actor.year, "satker": satker, "nama_satker": info["nama"]}
    properties = published.definition.properties
    key = "/".join(str(names.get(k, "")) for k in properties.get("unik", "").split()) or None
    step = steps.start(published.definition, data, now)
    row = {
        "process": process,
        "definition_id": published.id,
        "key": key,
        "tahun": actor.year,
        "satker": satker,
        "unit": unit,
        "title": _title(properties.get("judul", ""), names) or published.definition.name,
        "status": "",
        "version": 0,
        "last_hash": "",
        "created_at": now,
        "changed_at": now,
    }
    try:
        with db.engine.begin() as conn:
            made = conn.execute(insert(table(Instance)).values(row)).inserted_primary_key
            instance_id = int(made[0])  # type: ignore[index]
            case = read_case(conn, instance_id)
            who = f"{actor.name} a.n. {fits[0].behalf}" if fits[0].behalf else actor.name
            change = Change("start", name=published.definition.name, data=data, by=actor.user_id, actor=who)
            record(conn, case, published.definition, step, change, now)  # type: ignore[arg-type]
    except IntegrityError as e:
        raise AlreadyStarted(_existing(process, key)) from e
    return instance_id


def _title(template: str, names: Mapping[str, object]) -> str:
    """The title that a diagram's author wrote, its names filled in. Names only: no attributes, no widths."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:  # published before the checks looked at it
        return template[:LONGEST]
    return "".join(text + str(names.get(name or "", "")) for text, name, _, _ in parts)[:LONGEST]


def start_role(definition: Definition) -> str:
    """The lane of the start event: who may begin a case."""
    return next((e.lane or "" for e in definition.elements.values() if e.kind == "startEvent"), "")


def _existing(process: str, key: str | None) -> int:
    return db.session.scalar(select(Instance.id).where(Instance.process == process, Instance.key == key)) or 0
