"""An authority with two people, in this process: the local provider's parts without its HTTP."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator import ValidationContext

from service_tasks.tte.provider import people
from service_tasks.tte.provider.authority import (
    YEAR,
    Authority,
    Issuer,
    certify,
    new_key,
    open_authority,
    subject,
    usage,
)
from service_tasks.tte.provider.request import Place, Wish
from service_tasks.tte.provider.signing import KeySigner, Notary
from service_tasks.tte.provider.timestamp import LocalTimeStamper
from tests.local_provider import BUDI, ORG, SITI, SignerCard


@dataclass
class Office:
    """An authority with two people, in this process."""

    folder: Path

    def __post_init__(self) -> None:
        for card in (BUDI, SITI):
            self.hire(card)

    def hire(self, card: SignerCard, until: datetime | None = None) -> people.Person:
        wish = {"nik": card.nik, "name": card.name, "org": ORG, "passphrase": card.passphrase}
        return people.register(self.folder, **wish, until=until)

    @property
    def authority(self) -> Authority:
        return open_authority(self.folder)

    @property
    def roots(self) -> list[bytes]:
        return [(self.folder / "root.pem").read_bytes()]

    def sign(self, pdf: bytes, card: SignerCard = BUDI, place: Place | None = None) -> bytes:
        person = people.find(self.folder, card.nik)
        wish = Wish(place, "https://alur.example.go.id/verifikasi/x" if place else None, reason="Perjanjian Kinerja")
        return Notary(self.authority).sign(pdf, person, person.unlock(card.passphrase), wish)

    def sign_with(self, pdf: bytes, meta: signers.PdfSignatureMetadata, stamped: bool = True) -> bytes:
        """A signature with other properties than the local provider's, by somebody whose certificate names its CRL."""
        signer = KeySigner(
            _translate(self.listed.certificate), [_translate(self.authority.issuing.certificate)], self.listed.key
        )
        stamper = LocalTimeStamper(self.authority) if stamped else None
        out = io.BytesIO()
        signing = signers.PdfSigner(meta, signer, timestamper=stamper)
        signing.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
        return out.getvalue()

    @cached_property
    def listed(self) -> Issuer:
        """Certificate and key; as with the real provider's, the certificate says where its revocation list is."""
        key, issuing, now = new_key(), self.authority.issuing, datetime.now(UTC)
        builder = certify(subject("Joko Tercatat", ORG, "J0K0"), key.public_key(), issuing, now + YEAR, now - YEAR)
        builder = builder.add_extension(usage(sign=True, repudiation=True), critical=True)
        place = [x509.UniformResourceIdentifier("http://crl.example.go.id/ca.crl")]
        points = x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)])
        return Issuer(builder.add_extension(points, critical=False).sign(issuing.key, hashes.SHA256()), key)


def _translate(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def etsi(
    office: Office,
    revoked: bool = False,
    mode: str = "hard-fail",
    fresh_for: timedelta = timedelta(days=7),
) -> signers.PdfSignatureMetadata:
    """ETSI.CAdES.detached with certificates and revocation lists in the DSS (PAdES B-LT)."""
    authority = office.authority
    context = ValidationContext(
        trust_roots=[_translate(authority.root)],
        other_certs=[_translate(authority.issuing.certificate), _translate(authority.tsa.certificate)],
        crls=[
            revocations(authority.issuing, fresh_for, office.listed if revoked else None),
            revocations_of_root(office),
        ],
        allow_fetching=False,
        revocation_mode=mode,
    )
    return signers.PdfSignatureMetadata(
        field_name="Signature1",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        validation_context=context,
        embed_validation_info=True,
    )


def revocations(issuer: Issuer, fresh_for: timedelta, revoked: Issuer | None = None) -> bytes:
    """A revocation list that begins a minute ago; `revoked` was revoked yesterday."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(now - timedelta(minutes=1)).next_update(now + fresh_for)
    if revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(now - timedelta(days=1)).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def revocations_of_root(office: Office) -> bytes:
    key = load_pem_private_key((office.folder / "authority" / "root.key.pem").read_bytes(), None)
    return revocations(Issuer(office.authority.root, key), timedelta(days=7))
