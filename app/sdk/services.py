"""What a service task sees of the house, and what it may answer.

A service task is a function `(Call) -> Outcome`. It never touches the database or the engine: what it needs
of the house stands in `call.ports`, which `create_app` fills in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from app.sdk.json import JsonObject
from app.sdk.secrets import Passphrase
from app.sdk.variables import Param, Variable


@dataclass(frozen=True)
class Signer:
    """A person as the provider and the document know them. `nik` has 16 digits and must not be stored by a task."""

    person_id: int
    name: str
    nip: str
    title: str  # jabatan, with Plt./Plh. where it applies
    nik: str = field(repr=False)
    certificate: str | None = None  # SHA-256 fingerprint (hex) of the certificate confirmed for this person


@dataclass(frozen=True)
class StoredDocument:
    """A document in the store: bytes are under `sha256`, the row says what they are."""

    id: int
    sha256: str  # hex
    kind: str  # "draft" | "signed" | "archive"
    name: str  # file name for people
    size: int  # bytes
    number: str  # number of the sheet, e.g. PK-2026-100101-1
    token: str  # unguessable part of the verification address


@dataclass(frozen=True)
class Verdict:
    """What the house found in a signed PDF that came back. `problem` is a sentence in Indonesian, or None."""

    ok: bool
    problem: str | None
    signatures: int
    certificate: str | None  # SHA-256 fingerprint (hex) of the newest signature's certificate
    certificate_name: str | None  # its common name
    certificate_serial: str | None
    signed_at: str | None  # ISO 8601


class DocumentPort(Protocol):
    """The document store, as far as the call's own case is concerned."""

    def put(self, content: bytes, *, kind: str, name: str, number: str, token: str) -> StoredDocument: ...
    def read(self, sha256: str) -> bytes: ...
    def render(self, template: str, values: JsonObject, folder: str) -> bytes: ...
    def verify(self, before: bytes | None, after: bytes, signatures: int) -> Verdict: ...
    def last_number(self, prefix: str) -> int:
        """The highest n among all documents of the house that are numbered `prefix`n; 0 where there is none."""
        ...


class PeoplePort(Protocol):
    """People and satkers as the masters know them now; a NIK leaves the masters only through here."""

    def head_of_satker(self, kode: str) -> Signer: ...
    def head_of_unit(self, kode_satker: str) -> Signer: ...
    def satker(self, kode: str) -> JsonObject: ...


@dataclass(frozen=True)
class Ports:
    """Everything of the house that a service task may use."""

    documents: DocumentPort
    people: PeoplePort
    settings: Mapping[str, str]  # the settings that begin with the operator's prefix, e.g. TTE_URL
    now: Callable[[], datetime]
    public_url: str


@dataclass(frozen=True)
class Call:
    """One call of a service task.

    `params` are the evaluated parameters of the diagram, `data` a copy of the case's data at that point.
    `key` (the task's id) is the idempotency key. `signer` and `secrets` are set for attended tasks only.
    `keep` stores the provider's raw answer before it is judged; after a crash it stands in `answer`.
    """

    operator: str
    key: str
    params: JsonObject
    data: JsonObject
    ports: Ports
    case: JsonObject  # {"id", "tahun", "satker", "proses", "versi"}
    signer: Signer | None = None
    secrets: Mapping[str, Passphrase] = field(default_factory=dict, repr=False)
    keep: Callable[[bytes], None] = field(default=lambda _answer: None, repr=False)
    answer: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Result:
    """The call succeeded; `value` is merged into the case's data under the diagram's result variable."""

    value: Any


@dataclass(frozen=True)
class BpmnError:
    """The call ended in a way the diagram knows: the error boundary event with this code catches it.

    `message` is a sentence for the person who reads it next, in Indonesian, free of secrets and NIK.
    """

    code: str
    message: str


@dataclass(frozen=True)
class ServiceError:
    """The call failed for a reason outside the diagram. Tried again with growing pauses unless `permanent`."""

    message: str
    permanent: bool = False


Outcome: TypeAlias = Result | BpmnError | ServiceError


@dataclass(frozen=True)
class ServiceTask:
    """An entry of the table SERVICE_TASKS.

    `attended` tasks need a secret and run in the signing pool with one try; others run in the worker.
    `call` does it all: look up, call, keep the answer, judge. `errors` are the codes it may answer with.
    `unknown` is the code for an attempt whose outcome can't be known (crash between call and answer).
    `params` are the parameters it understands, `result` what stands in its value: paths without the result variable.
    The editor offers both; the call itself checks what it gets.
    """

    call: Callable[[Call], Outcome]
    label: str  # what happens, in words for the waiting page: "Menandatangani dokumen di penyedia TTE"
    attended: bool = False
    secrets: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    unknown: str | None = None
    unsent: str | None = None  # the code for a call that provably never left the house
    params: tuple[Param, ...] = ()
    result: tuple[Variable, ...] = ()
