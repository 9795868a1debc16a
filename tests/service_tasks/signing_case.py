"""One draft and the calls made for it: the house as `tte.sign` sees it, in memory, with the house's real judge."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from app.documents import signatures
from app.sdk.secrets import Passphrase
from app.sdk.services import Call, Ports, Signer, StoredDocument, Verdict
from service_tasks.tte import TASKS
from tests.local_provider import BUDI, SITI, LocalProvider
from tests.service_tasks.misbehaving import Misbehaving

sign, status = TASKS["tte.sign"].call, TASKS["tte.status"].call
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
HEAD = Signer(1, "Dr. Budi Santoso, M.Si.", "198001152005011001", "Kepala Balai", BUDI.nik)


@dataclass
class Documents:
    """The house's documents in memory; judged by the house's real judge."""

    roots: list[bytes]
    bytes: dict[str, bytes] = field(default_factory=dict)
    rows: list[StoredDocument] = field(default_factory=list)

    def put(self, content: bytes, *, kind: str, name: str, number: str, token: str) -> StoredDocument:
        sha = hashlib.sha256(content).hexdigest()
        self.bytes[sha] = content
        self.rows.append(StoredDocument(len(self.rows) + 1, sha, kind, name, len(content), number, token))
        return self.rows[-1]

    def read(self, sha256: str) -> bytes:
        return self.bytes[sha256]

    def render(self, *_args: Any) -> bytes:
        raise AssertionError("a signature renders nothing")

    def verify(self, before: bytes, after: bytes, expected: int) -> Verdict:
        return signatures.verify(before, after, expected, self.roots)


@dataclass
class People:
    head: Signer
    above: Signer

    def head_of_satker(self, _kode: str) -> Signer:
        return self.head

    def head_of_unit(self, _kode: str) -> Signer:
        return self.above

    def satker(self, kode: str) -> dict[str, Any]:
        return {"kode": kode}


class Case:
    """One draft and the calls made for it."""

    def __init__(self, settings: dict[str, str], roots: list[bytes], draft: bytes) -> None:
        self.documents = Documents(roots)
        self.draft = self.documents.put(draft, kind="draft", name="PK.pdf", number="PK-2026-100101-1", token="t0ken")
        people = People(HEAD, replace(HEAD, name=SITI.name, nik=SITI.nik))
        self.ports = Ports(self.documents, people, settings, lambda: NOW, "https://alur.example.go.id")
        self.kept: list[bytes] = []

    def sign(self, signer: Signer = HEAD, passphrase: str = BUDI.passphrase, **more: Any) -> Any:
        dokumen = {"sha256": self.draft.sha256, "number": self.draft.number, "token": self.draft.token}
        tempat = {"halaman": 1, "x": 90, "y": 120, "lebar": 80, "tinggi": 80}
        params = {"dokumen": dokumen, "tempat": tempat, "tanda_tangan": 1} | more.pop("params", {})
        call = Call("tte.sign", "k1", params, params, self.ports, {"id": 1}, signer, keep=self.kept.append, **more)
        return sign(replace(call, secrets={"passphrase": Passphrase(passphrase)} if passphrase else {}))

    def status(self, **params: Any) -> Any:
        return status(Call("tte.status", "k2", params, {}, self.ports, {"id": 1}))


def against(server: Misbehaving, provider: LocalProvider, pdf: bytes) -> Case:
    return Case(server.settings, [provider.root], pdf)


def stored(case: Case) -> list[str]:
    return [row.kind for row in case.documents.rows]
