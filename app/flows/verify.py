"""Look at everything that is kept, byte by byte: the chain of each case, the audit list, every document."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.flows import audit, events, snapshots
from app.flows.house import house
from app.models import Event, Instance, db, table

_EVENT, _INSTANCE = table(Event), table(Instance)


@dataclass(frozen=True)
class Findings:
    """What was looked at, and what is wrong. `cases` and `documents` are counts; the faults are ids and SHA-256."""

    cases: int
    documents: int
    size: int  # bytes of all documents
    chains: tuple[int, ...] = ()  # cases whose history was changed
    audit: str = ""  # what is wrong with the audit list, in words
    broken: tuple[str, ...] = ()  # documents whose content is another
    lost: tuple[str, ...] = ()  # documents that rows refer to and that are not there

    @property
    def whole(self) -> bool:
        return not (self.chains or self.broken or self.lost or self.audit)

    def lines(self) -> list[str]:
        """Each fault as a sentence."""
        return [
            *(
                f"Riwayat perkara {i} tidak utuh: ada catatan yang diubah, dihapus, atau disisipkan."
                for i in self.chains
            ),
            *([f"Jejak audit tidak utuh: {self.audit}"] if self.audit else []),
            *(f"Isi dokumen {sha} berubah sejak disimpan." for sha in self.broken),
            *(f"Dokumen {sha} hilang." for sha in self.lost),
        ]


def verify() -> Findings:
    """Look at all of it; takes about a minute for every hundred thousand events and ten gigabytes of documents."""
    store = house().documents
    report = store.verify_all()
    with db.engine.connect() as conn:
        facts = snapshots.facts(conn)
    return Findings(
        cases=facts.cases,
        documents=report.files,
        size=report.size,
        chains=broken_chains(),
        audit=audit_fault(),
        broken=report.broken,
        lost=tuple(sorted(sha for sha in facts.wanted if sha not in store)),
    )


def broken_chains() -> tuple[int, ...]:
    """The ids of cases one of whose events was changed, taken out or added; in one pass over all of them."""
    columns = [_EVENT.c[name] for name in (*events.COVERED, "state", "hash")]
    ends: dict[int, str] = {}
    suspect: set[int] = set()
    with db.engine.connect() as conn:
        query = select(*columns).order_by(_EVENT.c.instance_id, _EVENT.c.seq)
        for event in conn.execution_options(yield_per=500).execute(query):
            row = {str(k): v for k, v in event._mapping.items()}
            if event.prev_hash != ends.get(event.instance_id, "") or events.digest(row) != event.hash:
                suspect.add(event.instance_id)
            ends[event.instance_id] = event.hash
        last = {r.id: r.last_hash for r in conn.execute(select(_INSTANCE.c.id, _INSTANCE.c.last_hash))}
    suspect |= {i for i in last.keys() | ends.keys() if last.get(i) != ends.get(i, "")}
    # cases go on while we read: those that looked wrong are looked at once more, one by one
    return tuple(sorted(i for i in suspect if events.broken_at(i) is not None))


def audit_fault() -> str:
    """Where the audit list is not whole, in words; "" where it is."""
    fault = audit.broken_at()
    return f"catatan {fault.seq}: {fault.words}" if fault else ""
