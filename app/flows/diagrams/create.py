"""A new process: its name, its id, and a small diagram that is valid from the first minute, to draw on from there."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

from sqlalchemy import select

from app.flows import audit
from app.flows.diagrams import drafts
from app.flows.diagrams.versions import subject
from app.flows.people import Wrong
from app.flows.rights import Actor
from app.models import Definition, DiagramDraft, db

# the first words of addresses below /proses: a process of this name would have no page
RESERVED = frozenset({"baru", "draf", "beda", "uji", "pindah", "berkas"})
_ID = re.compile(r"[a-z][a-z0-9_]{2,59}")
_ADDRESS = re.compile(r"\w[\w.-]*")  # no "/", and neither "." nor ".."
LONGEST = 100  # letters of an id, as the tables keep it
_STARTER = Path(__file__).with_name("starter.bpmn")

BAD_ID = (
    "Kode proses ini tidak dapat dipakai. Pakai 3 sampai 60 huruf kecil, angka, atau garis bawah, diawali huruf, "
    "misalnya usulan_pelatihan."
)
BAD_NAME = "Nama proses belum diisi. Ketik nama yang dikenal orang, misalnya Usulan Pelatihan."
KNOWN = "Kode {} sudah dipakai proses {}. Ubah proses itu, atau pilih kode lain."


def addressable(process: str) -> bool:
    """Whether pages of a process of this id could be opened. Files may bring other ids than people can choose."""
    return bool(_ADDRESS.fullmatch(process)) and process not in RESERVED and len(process) <= LONGEST


def create(name: str, process: str, by: Actor, now: datetime) -> int:
    """The id of the draft. Wrong where the name is empty or the id is bad, reserved or taken."""
    name = " ".join(name.split())
    if not name:
        raise Wrong("name", BAD_NAME)
    if not _ID.fullmatch(process) or process in RESERVED:
        raise Wrong("code", BAD_ID)
    taken = _taken(process)
    if taken:
        raise Wrong("code", KNOWN.format(process, taken))
    files = {f"{process}.bpmn": starter(name, process)}
    draft = drafts.begin(name, files, by, now, process=process)
    audit.write("proses", subject(process), now, by=by, note=f"Draf {draft.id} dimulai: proses baru {name}.")
    db.session.commit()
    return draft.id


def starter(name: str, process: str) -> str:
    """The diagram that a new process begins with: one pool, one lane, one step that declares its field."""
    text = _STARTER.read_text(encoding="utf-8")
    return text.replace('"{name}"', quoteattr(name)).replace("{process}", process)


def _taken(process: str) -> str:
    """The name of who has this id already: a process, or another draft that is to become one."""
    published = select(Definition.name).where(Definition.process == process).order_by(Definition.version.desc())
    drawn = select(DiagramDraft.name).where(
        DiagramDraft.process == process, DiagramDraft.state.in_(("open", "waiting"))
    )
    return db.session.scalar(published.limit(1)) or db.session.scalar(drawn.limit(1)) or ""
