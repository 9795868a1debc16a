"""The real local provider as tests use it: a process of its own on a free port of 127.0.0.1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ORG = "Kementerian Contoh"


@dataclass(frozen=True)
class SignerCard:
    """Somebody invented, as registered at the provider. NIKs of invented people begin with 99."""

    nik: str
    name: str
    passphrase: str = field(repr=False)
    status: str = "ISSUE"
    until: str | None = None  # last day of the certificate


BUDI = SignerCard("9901011501800001", "Budi Santoso", "Rahasia#Budi-2026")
SITI = SignerCard("9901015502750002", "Siti Aminah", "Kunci(Siti)\\2026")
ENDANG = SignerCard("9902014503700003", "Endang Lestari", "Rahasia#Endang", until="2025-06-30")  # expired
FAJAR = SignerCard("9902011203820004", "Fajar Nugroho", "Rahasia#Fajar", status="SUSPEND")
EVERYONE = (BUDI, SITI, ENDANG, FAJAR)
NOBODY = "9903010101900009"


class LocalProvider:
    """`python -m service_tasks.tte.provider` on a folder. `settings` are what a service task gets."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.errors = (folder.parent / f"{folder.name}.stderr").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service_tasks.tte.provider", "--port", "0", "--data", str(folder), *options],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=ROOT,
            env=os.environ | {"TTE_USERNAME": "alur", "TTE_PASSWORD": "alur-lokal"},
        )
        line = self._process.stdout.readline()
        if "http" not in line:
            self.errors.seek(0)
            raise RuntimeError(f"the provider didn't start: {self.errors.read()}")
        self.url = line.split(": ", 1)[1].strip()

    @property
    def settings(self) -> dict[str, str]:
        return {"TTE_URL": self.url, "TTE_USERNAME": "alur", "TTE_PASSWORD": "alur-lokal"}

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    @property
    def journal(self) -> list[dict[str, Any]]:
        """One entry per call for a signature: time, person, result, sha256."""
        path = self.folder / "journal.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def log(self) -> str:
        self.errors.seek(0)
        return self.errors.read()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()
        self.errors.close()


def command(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """One command of the provider's command line."""
    verb, *rest = arguments
    line = [sys.executable, "-m", "service_tasks.tte.provider", verb, "--data", str(folder), *rest]
    return subprocess.run(line, capture_output=True, text=True, check=check, timeout=60, cwd=ROOT)


def register(folder: Path, *cards: SignerCard, renew: bool = False) -> None:
    """Register people in one go, through the file, as a seed would."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for card in cards:
        entry = {"nik": card.nik, "name": card.name, "org": ORG, "passphrase": card.passphrase, "status": card.status}
        entries.append(entry | ({"until": card.until} if card.until else {}))
    file = folder / "people.json"
    file.write_text(json.dumps(entries))
    command(folder, "register", "--file", str(file), *(["--renew"] if renew else []))
    file.unlink()


def sheet(pages: int = 3, text: str = "Perjanjian Kinerja Tahun 2026", tag: str = "$ttd") -> bytes:
    """A plain PDF of some pages; the last one bears the tag."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(1, pages + 1):
        canvas.drawString(72, 760, f"{text}, halaman {number}")
        if number == pages:
            canvas.drawString(300, 400, tag)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
