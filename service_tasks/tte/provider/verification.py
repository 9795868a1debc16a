"""The provider's own judgement of signed PDFs, in the words of POST /api/sign/verify of version 1."""

from __future__ import annotations

import io
from typing import Any

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from service_tasks.tte.provider.authority import Authority
from service_tasks.tte.provider.signing import BrokenPdf

GOOD = "Dokumen asli dan belum diubah sejak ditandatangani"
BAD = "Dokumen telah diubah atau tanda tangan tidak dapat dipercaya"


def examine(pdf: bytes, name: str, authority: Authority) -> dict[str, Any]:
    """The JSON answer; an unsigned document has 0, null, [] and null. BrokenPdf if it can't be read."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        signatures = reader.embedded_regular_signatures
    except (PdfError, ValueError, KeyError, TypeError, RecursionError) as e:
        raise BrokenPdf from e
    if not signatures:
        return {"nama_dokumen": name, "jumlah_signature": 0, "notes": None, "details": [], "summary": None}
    root = x509.Certificate.load(authority.root.public_bytes(Encoding.DER))
    details = [_detail(signature, root) for signature in signatures]
    good = all(detail["signature_document"]["document_integrity"] for detail in details)
    return {
        "nama_dokumen": name,
        "jumlah_signature": len(details),
        "notes": GOOD if good else BAD,
        "details": details,
        "summary": "VALID" if good else "INVALID",
    }


def _detail(signature: Any, root: x509.Certificate) -> dict[str, Any]:
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    try:
        status = validate_pdf_signature(signature, context)
        good, stamp = bool(status.bottom_line), status.timestamp_validity
    except (SignatureValidationError, PdfError, ValueError):
        good, stamp = False, None
    entry, certificate = signature.sig_object, signature.signer_cert
    moment = stamp.timestamp if stamp else signature.self_reported_timestamp
    return {
        "info_tsa": _tsa(stamp),
        "signature_field": signature.field_name,
        "info_signer": {
            "issuer_dn": certificate.issuer.human_friendly,
            "signer_name": certificate.subject.native.get("common_name"),
            "signer_cert_validity": _validity(certificate),
            "signer_dn": certificate.subject.human_friendly,
            "cert_user_certified": good,
        },
        "signature_document": {
            "signed_using_tsa": stamp is not None,
            "reason": _text(entry, "/Reason"),
            "document_integrity": good,
            "signature_value": signature.signer_info["signature"].native.hex(),
            "signed_in": moment.isoformat() if moment else None,
            "location": _text(entry, "/Location"),
            "hash_value": signature.compute_digest().hex(),
        },
    }


def _tsa(stamp: Any) -> dict[str, Any]:
    if stamp is None:
        return {"name": None, "tsa_cert_validity": None}
    certificate = stamp.signing_cert
    return {"name": certificate.subject.native.get("common_name"), "tsa_cert_validity": _validity(certificate)}


def _validity(certificate: x509.Certificate) -> str:
    return f"{certificate.not_valid_before.isoformat()} - {certificate.not_valid_after.isoformat()}"


def _text(entry: Any, key: str) -> str | None:
    return str(entry[key]) if key in entry else None
