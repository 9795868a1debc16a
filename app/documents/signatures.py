"""Judging the signatures of a PDF, and whether it is still the document that was sent to be signed.

pyHanko is the judge, always with its difference analysis: an update that is appended after a signature leaves the
signature itself intact. Takes `adbe.pkcs7.detached` and `ETSI.CAdES.detached`, both with a time stamp.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from app.documents.pages import same_pages
from app.errors import AlurError
from app.sdk.services import Verdict

# what is wrong is said in the report; pyHanko's own log repeats it with a traceback of somebody else's file
logging.getLogger("pyhanko").setLevel(logging.ERROR)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.ERROR)

USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False)


class UnreadablePdf(AlurError):
    """Berkas ini bukan PDF yang utuh. Pilih berkas PDF asli, bukan hasil pindai atau salinan yang terpotong."""

    status_code = 400


@dataclass(frozen=True)
class SignatureReport:
    """One signature of a PDF, in the order of signing. `problem` is a sentence in Indonesian, or None if it is good."""

    field: str
    kind: str  # the PDF's SubFilter, without the slash
    name: str  # common name in the certificate
    organisation: str
    issuer: str  # common name
    serial: str  # decimal
    fingerprint: str  # SHA-256 of the certificate, hex
    valid_from: str  # ISO 8601
    valid_until: str
    signed_at: str | None  # of the time stamp if there is one, else as the signer says
    tsa: str | None  # name of the time stamping authority
    reason: str
    location: str
    intact: bool
    trusted: bool
    timestamp_ok: bool
    unchanged: bool  # nothing but further signatures came after it
    whole_file: bool  # covers all of the file, but for additions that only serve validation later
    problem: str | None

    @property
    def ok(self) -> bool:
        return self.problem is None


def inspect(pdf: bytes, trust_roots: Sequence[bytes]) -> list[SignatureReport]:
    """All signatures of a PDF, oldest first; an unsigned one has none. UnreadablePdf if it is no PDF."""
    reader = _open(pdf)
    try:
        signatures = reader.embedded_regular_signatures
        fields = [f for f in enumerate_sig_fields(reader, filled_status=True) if _type(f) != "/DocTimeStamp"]
    except Exception as e:  # a hostile or broken file may fail anywhere in the parser
        raise UnreadablePdf from e
    if len(fields) != len(signatures):
        raise UnreadablePdf("Berkas ini memuat tanda tangan dengan format yang tidak dikenal.")
    return [_report(reader, signature, trust_roots) for signature in signatures]


def verify(before: bytes | None, after: bytes, signatures: int, trust_roots: Sequence[bytes]) -> Verdict:
    """Is `after` the document `before` with exactly one signature more, `signatures` in all, and is every one good?

    `before` is None when only the signatures are in question. The verdict describes the newest signature.
    """
    try:
        reports = inspect(after, trust_roots)
        problem = (
            (_difference(before, after) if before is not None else None)
            or _count(before, reports, signatures)
            or next((f"Tanda tangan {r.name}: {r.problem}" for r in reports if r.problem), None)
            or (None if not reports or reports[-1].whole_file else "Ada isi yang tidak tercakup tanda tangan terakhir.")
        )
    except UnreadablePdf as e:
        return Verdict(False, str(e), 0, None, None, None, None)
    newest = reports[-1] if reports else None
    return Verdict(
        ok=problem is None,
        problem=problem,
        signatures=len(reports),
        certificate=newest.fingerprint if newest else None,
        certificate_name=newest.name if newest else None,
        certificate_serial=newest.serial if newest else None,
        signed_at=newest.signed_at if newest else None,
    )


# ---- the same document ---------------------------------------------------------------------------------------------

DIFFERENT = "Isi dokumen berbeda dari yang dikirim untuk ditandatangani."


def _difference(before: bytes, after: bytes) -> str | None:
    """Why `after` isn't the document `before`, or None.

    A provider may write an unsigned document anew, and even an update that is appended may change a page: so pages
    are compared. A signed document may only grow; what was added then is judged with each signature.
    """
    old, new = _open(before), _open(after)
    try:
        fine = after.startswith(before) if old.embedded_signatures else same_pages(old, new)
    except Exception:  # whatever the parser stumbles over, this can't be called the same
        fine = False
    return None if fine else DIFFERENT


def _count(before: bytes | None, reports: Sequence[SignatureReport], expected: int) -> str | None:
    known = len(_open(before).embedded_regular_signatures) if before is not None else expected - 1
    if len(reports) == expected and known == expected - 1:
        return None
    return f"Dokumen memuat {len(reports)} tanda tangan (sebelumnya {known}), seharusnya {expected}."


# ---- one signature -------------------------------------------------------------------------------------------------


def _report(reader: PdfFileReader, signature: Any, trust_roots: Sequence[bytes]) -> SignatureReport:
    try:
        status = aside(_validate, reader, signature, trust_roots)
    except Exception:  # a signature that can't even be judged is a broken one
        status = None
    certificate, entry = signature.signer_cert, signature.sig_object
    stamp = status.timestamp_validity if status else None
    moment = stamp.timestamp if stamp else signature.self_reported_timestamp
    timestamp_ok = bool(stamp and stamp.valid and stamp.intact and stamp.trusted)
    level = status.modification_level if status else None
    unchanged = bool(status and status.docmdp_ok)
    return SignatureReport(
        field=str(signature.field_name),
        kind=_text(entry, "/SubFilter").lstrip("/"),
        **_describe(certificate),
        signed_at=moment.astimezone(UTC).isoformat() if moment else None,
        tsa=_name(stamp.signing_cert.subject) if stamp else None,
        reason=_text(entry, "/Reason"),
        location=_text(entry, "/Location"),
        intact=bool(status and status.intact and status.valid),
        trusted=bool(status and status.trusted),
        timestamp_ok=timestamp_ok,
        unchanged=unchanged,
        whole_file=unchanged and level is not None and level <= ModificationLevel.LTA_UPDATES,
        problem=_problem(status, stamp is not None, timestamp_ok, unchanged),
    )


def aside(judge: Callable[..., Any], *args: Any) -> Any:
    """Call pyHanko where it may run its own event loop: elsewhere, if this thread has one running already.

    Otherwise it fails for a reason of ours, and a good signature would be called broken.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return judge(*args)
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(judge, *args).result()


def _validate(reader: PdfFileReader, signature: Any, trust_roots: Sequence[bytes]) -> Any:
    """pyHanko's status, with the certificate judged at the time that a trusted time stamp proves.

    The archive outlives the certificates: two years after, they have expired, and the signatures are still good.
    """
    roots, certificates = _roots(tuple(trust_roots)), _certificates(reader)
    now = ValidationContext(trust_roots=roots, other_certs=certificates)
    first = validate_pdf_signature(signature, now, key_usage_settings=USAGE, skip_diff=True)
    stamp = first.timestamp_validity
    then = stamp.timestamp if stamp is not None and stamp.trusted else datetime.now(UTC)
    # revocation lists that an ETSI signature brings along speak of the time of signing; they go stale within days
    context = ValidationContext(
        trust_roots=roots, other_certs=certificates, moment=then, retroactive_revinfo=True, **_revocations(reader)
    )
    return validate_pdf_signature(signature, context, now, key_usage_settings=USAGE)


def _problem(status: Any, stamped: bool, timestamp_ok: bool, unchanged: bool) -> str | None:
    if status is None or not (status.intact and status.valid):
        return "tidak utuh; dokumen atau tanda tangannya telah berubah."
    if not unchanged:
        return "dokumen diubah setelah ditandatangani."
    if status.revoked:
        return "sertifikatnya sudah dicabut."
    if not status.trusted:
        return "sertifikatnya tidak diterbitkan oleh otoritas yang dipercaya, atau tidak berlaku saat itu."
    if not stamped:
        return "tidak memuat stempel waktu, sehingga waktunya tidak terbukti."
    if not timestamp_ok:
        return "stempel waktunya tidak sah atau tidak dipercaya."
    return None if status.bottom_line else "tidak memenuhi syarat yang tertulis pada dokumen."


def _describe(certificate: x509.Certificate) -> dict[str, str]:
    return {
        "name": _name(certificate.subject),
        "organisation": str(certificate.subject.native.get("organization_name", "")),
        "issuer": _name(certificate.issuer),
        "serial": str(certificate.serial_number),
        "fingerprint": certificate.sha256.hex(),
        "valid_from": certificate.not_valid_before.isoformat(),
        "valid_until": certificate.not_valid_after.isoformat(),
    }


def _text(entry: Any, key: str) -> str:
    return str(entry[key]) if key in entry else ""


def _name(name: x509.Name) -> str:
    return str(name.native.get("common_name") or name.human_friendly)


def _dss(reader: PdfFileReader) -> Any | None:
    """The Document Security Store, in which an ETSI signature brings what its validation needs without a network."""
    try:
        return DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return None


def _certificates(reader: PdfFileReader) -> list[x509.Certificate]:
    dss = _dss(reader)
    return list(dss.load_certs()) if dss else []


def _revocations(reader: PdfFileReader) -> dict[str, list[bytes]]:
    dss = _dss(reader)
    if dss is None:
        return {}
    return {
        "crls": [stream.get_object().data for stream in dss.crls],
        "ocsps": [stream.get_object().data for stream in dss.ocsps],
    }


@lru_cache(maxsize=8)
def _roots(trust_roots: tuple[bytes, ...]) -> list[x509.Certificate]:
    return [x509.Certificate.load(der) for text in trust_roots for _, _, der in pem.unarmor(text, multiple=True)]


def _open(pdf: bytes) -> PdfFileReader:
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        reader.root["/Pages"]
    except Exception as e:  # a hostile or broken file may fail anywhere in the parser
        raise UnreadablePdf from e
    return reader


def _type(field: Any) -> str:
    return _text(field[1].get_object(), "/Type")
