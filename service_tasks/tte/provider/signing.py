"""Signing a PDF: `adbe.pkcs7.detached` with a time stamp, in an update appended to the bytes as they came."""

from __future__ import annotations

import io
import time

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from service_tasks.tte.provider import stamp
from service_tasks.tte.provider.authority import Authority
from service_tasks.tte.provider.people import Person
from service_tasks.tte.provider.request import Wish
from service_tasks.tte.provider.timestamp import LocalTimeStamper


class BrokenPdf(Exception):
    """The file is no PDF that can be signed."""


class KeySigner(signers.Signer):  # type: ignore[misc]
    """Signs with a key that is already open. pyHanko's own parses and checks the key again for each signature."""

    def __init__(self, certificate: x509.Certificate, chain: list[x509.Certificate], key: rsa.RSAPrivateKey) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._key.key_size // 8)
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Notary:
    """Signs PDFs with the keys of registered people."""

    def __init__(self, authority: Authority) -> None:
        self._chain = [_translate(authority.issuing.certificate)]
        self._timestamper = LocalTimeStamper(authority)

    def sign(self, pdf: bytes, person: Person, key: rsa.RSAPrivateKey, wish: Wish) -> bytes:
        """The signed PDF, which begins with `pdf` unchanged. BrokenPdf or BadRequest otherwise."""
        writer, pages, names = _open(pdf)
        name = _field_name(names)
        place = stamp.locate(pdf, wish.place, pages) if wish.place else None
        spec = fields.SigFieldSpec(name)
        if place:
            box = (place.x, place.y, place.x + place.width, place.y + place.height)
            spec = fields.SigFieldSpec(name, on_page=place.page - 1, box=tuple(round(v) for v in box))
        signer = signers.PdfSigner(
            signers.PdfSignatureMetadata(
                field_name=name,
                md_algorithm="sha256",
                subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
                reason=wish.reason,
                location=wish.location,
                name=person.name,
            ),
            KeySigner(_translate(person.x509), self._chain, key),
            timestamper=self._timestamper,
            stamp_style=stamp.style(wish, place) if place else None,
            new_field_spec=spec,
        )
        out = io.BytesIO()
        signer.sign_pdf(writer, output=out)
        return out.getvalue()


def _open(pdf: bytes) -> tuple[IncrementalPdfFileWriter, int, set[str]]:
    """A writer that appends, the number of pages, and the names of the signature fields there are."""
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        pages = int(writer.root["/Pages"]["/Count"])
        names = {field[0] for field in fields.enumerate_sig_fields(writer)}
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        raise BrokenPdf from e
    return writer, pages, names


def _field_name(taken: set[str]) -> str:
    """`sig_<epoch ms>`, as the real provider names them; the next free one if two fall into one millisecond."""
    number = time.time_ns() // 1_000_000
    while f"sig_{number}" in taken:
        number += 1
    return f"sig_{number}"


def _translate(certificate: object) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))  # type: ignore[attr-defined]
