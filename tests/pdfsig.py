"""A second judge of signatures: poppler's `pdfsig`, which trusts by an NSS database made with `certutil`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Finding:
    """What pdfsig says of one signature."""

    name: str
    kind: str
    valid: bool
    trusted: bool
    whole: bool  # covers the total document


def require(*tools: str) -> None:
    """Skip the test if a tool isn't installed; fail it where ALUR_REQUIRE_TOOLS=1 says that it must be."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        reason = f"not installed: {', '.join(missing)} (Debian: poppler-utils, libnss3-tools)"
        if os.environ.get("ALUR_REQUIRE_TOOLS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def pdfsig(pdf: bytes, root: bytes, folder: Path) -> list[Finding]:
    """All signatures of a PDF, oldest first, judged with `root` (PEM) as the only trusted authority."""
    require("pdfsig", "certutil")
    database = folder / "nss"
    if not database.exists():
        database.mkdir()
        (folder / "root.pem").write_bytes(root)
        _run("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
        _run("certutil", "-A", "-d", f"sql:{database}", "-n", "root", "-t", "CT,C,C", "-i", str(folder / "root.pem"))
    file = folder / "judged.pdf"
    file.write_bytes(pdf)
    out = _run("pdfsig", "-nssdir", f"sql:{database}", str(file))
    return [_finding(part) for part in re.split(r"Signature #\d+:", out)[1:]]


def _finding(text: str) -> Finding:
    entries = dict(re.findall(r"- ([^:\n]+): (.*)", text))
    return Finding(
        name=entries.get("Signer Certificate Common Name", ""),
        kind=entries.get("Signature Type", ""),
        valid=entries.get("Signature Validation") == "Signature is Valid.",
        trusted=entries.get("Certificate Validation") == "Certificate is Trusted.",
        whole="Total document signed" in text,
    )


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout
