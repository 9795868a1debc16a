"""The house as a service task sees it: small ports, filled in for one execution of one job."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from app import clock
from app.documents import signatures
from app.documents.store import MissingDocument
from app.flows import masters
from app.flows.house import House
from app.models import AnyRow, Document, db
from app.sdk.json import JsonObject
from app.sdk.services import Ports, Signer, StoredDocument, Verdict


class JobDocuments:
    """The document store for one job. Bytes are stored at once; the rows are written with the outcome.

    Bytes without a row are harmless: nothing leads to them.
    """

    def __init__(self, house: House, leaks: Callable[[bytes], bool], case: int) -> None:
        self._house, self._leaks, self._case = house, leaks, case
        self.rows: list[JsonObject] = []
        self.verdicts: dict[str, Verdict] = {}  # by the SHA-256 of what was judged

    def put(self, content: bytes, *, kind: str, name: str, number: str, token: str) -> StoredDocument:
        if self._leaks(content):
            raise ValueError("the document contains a secret: it was not stored")
        sha = self._house.documents.put(content)
        row = {"kind": kind, "sha256": sha, "name": name, "size": len(content), "number": number, "token": token}
        verdict = self.verdicts.get(sha)
        self.rows.append(row | {"signatures": verdict.signatures if verdict else 0})
        return StoredDocument(0, sha, kind, name, len(content), number, token)

    def read(self, sha256: str) -> bytes:
        """A document of this case. The diagram names it, and its author must not have others' signed or archived."""
        mine = select(Document.id).where(Document.sha256 == sha256, Document.instance_id == self._case)
        with db.engine.connect() as conn:
            known = conn.execute(mine.limit(1)).first() is not None
        if not known and all(row["sha256"] != sha256 for row in self.rows):
            raise MissingDocument
        return self._house.documents.read(sha256)

    def render(self, template: str, values: JsonObject, folder: str) -> bytes:
        return self._house.renderer.pdf(template, values, Path(folder))

    def verify(self, before: bytes | None, after: bytes, signatures_expected: int) -> Verdict:
        verdict = signatures.verify(before, after, signatures_expected, roots(self._house))
        self.verdicts[hashlib.sha256(after).hexdigest()] = verdict
        return verdict

    def last_number(self, prefix: str) -> int:
        # a range of the index of numbers; "~" comes after every digit
        here = select(Document.number).where(Document.number > prefix, Document.number < prefix + "~")
        with db.engine.connect() as conn:
            ends = [number.removeprefix(prefix) for number in conn.execute(here).scalars()]
        return max((int(end) for end in ends if end.isdecimal()), default=0)


class People:
    """Masters as they are now."""

    def head_of_satker(self, kode: str) -> Signer:
        return masters.head_of_satker(kode)

    def head_of_unit(self, kode_satker: str) -> Signer:
        return masters.head_of_unit(kode_satker)

    def satker(self, kode: str) -> JsonObject:
        known = masters.info_satker(kode)
        return {k: v for k, v in known.items() if k != "nik_pimpinan"}


def roots(house: House) -> list[bytes]:
    """The trusted roots, PEM; read anew each time, since the local provider makes its own at first start."""
    return [p.read_bytes() for p in house.config.trust_roots if p.exists()]


def ports(house: House, documents: JobDocuments) -> Ports:
    """What one call may use."""
    return Ports(documents, People(), house.config.service_settings(), clock.now, house.config.public_url)


def case_of(job: AnyRow, case: AnyRow) -> JsonObject:
    """The case as `Call.case` describes it."""
    return {
        "id": job.instance_id, "tahun": case.tahun, "satker": case.satker, "proses": case.process,
        "versi": case.definition_id,
    }  # fmt: skip
