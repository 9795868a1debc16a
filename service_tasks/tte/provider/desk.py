"""The provider's desk: checks who asks, signs, keeps the answer for one download, and writes the journal."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections import OrderedDict
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service_tasks.tte.provider import people
from service_tasks.tte.provider.authority import open_authority
from service_tasks.tte.provider.request import Wish

if TYPE_CHECKING:
    from service_tasks.tte.provider.signing import Notary

DOWNLOADS = 64  # answers kept for a download; older ones are forgotten, as all are at the end of the process


class Refused(Exception):
    """The provider will not do it: `text` and `code` of the API's error (400 where the API has no code)."""

    def __init__(self, text: str, code: int = 400) -> None:
        super().__init__(text)
        self.text, self.code = text, code


class Desk:
    """Everything behind the API that is not HTTP. May be called from many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = open_authority(folder)
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._importing = threading.Lock()

    def warm(self) -> None:
        """Load the PDF machinery (half a second) before somebody waits for it."""
        with self._importing:
            _ = self._notary

    @cached_property
    def _notary(self) -> Notary:
        from service_tasks.tte.provider import verification  # noqa: F401  # loaded with the rest
        from service_tasks.tte.provider.signing import Notary

        return Notary(self._authority)

    def sign(self, pdf: bytes, nik: str, passphrase: str, wish: Wish) -> tuple[bytes, str]:
        """The signed PDF and the id under which it can be fetched once more. Refused or BadRequest otherwise."""
        self.warm()
        from service_tasks.tte.provider.signing import BrokenPdf

        person = people.find(self._folder, nik)
        try:
            if person is None:
                raise Refused("User tidak terdaftar", 2011)
            status = person.status_at(datetime.now(UTC))
            if status != "ISSUE":
                raise Refused(f"Sertifikat user berstatus {status}")
            signed = self._notary.sign(pdf, person, person.unlock(passphrase), wish)
        except people.WrongPassphrase:
            self._note(person, "2031", pdf)
            raise Refused("Passphrase anda salah", 2031) from None
        except BrokenPdf:
            self._note(person, "broken", pdf)
            raise Refused("Dokumen bukan PDF yang dapat ditandatangani") from None
        except Refused as e:
            self._note(person, str(e.code), pdf)
            raise
        self._note(person, "signed", pdf)
        return signed, self._keep(signed)

    def take(self, key: str) -> bytes | None:
        """The signed PDF of this id, once; afterwards None."""
        with self._lock:
            return self._answers.pop(key, None)

    def examine(self, pdf: bytes, name: str) -> dict[str, Any]:
        """The judgement of a PDF as the API words it."""
        self.warm()
        from service_tasks.tte.provider.signing import BrokenPdf
        from service_tasks.tte.provider.verification import examine

        try:
            return examine(pdf, name, self._authority)
        except BrokenPdf:
            raise Refused("Dokumen bukan PDF") from None

    def _keep(self, signed: bytes) -> str:
        key = uuid.uuid4().hex
        with self._lock:
            self._answers[key] = signed
            while len(self._answers) > DOWNLOADS:
                self._answers.popitem(last=False)
        return key

    def _note(self, person: people.Person | None, result: str, pdf: bytes) -> None:
        """One line in the journal per call for a signature: what tests compare with what the house counted."""
        line = {
            "time": datetime.now(UTC).isoformat(),
            "person": person.number if person else None,
            "result": result,
            "sha256": hashlib.sha256(pdf).hexdigest(),
        }
        with self._lock, (self._folder / "journal.jsonl").open("a") as journal:
            journal.write(json.dumps(line) + "\n")
