"""Root, issuing and time stamping authority, made once in the provider's folder and loaded afterwards."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANISATION = "Penyedia TTE Lokal"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Issuer:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Authority:
    """The three of them; `root.pem` in the folder is what a verifier has to trust."""

    root: x509.Certificate
    issuing: Issuer
    tsa: Issuer


def new_key() -> rsa.RSAPrivateKey:
    """RSA-2048, as in the certificates of the real provider."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def open_authority(folder: Path) -> Authority:
    """The authority of this folder, made now if it is the first start. Safe to call from several processes."""
    home = folder / "authority"
    with locked(folder):
        if not (folder / "root.pem").exists():
            home.mkdir(mode=0o700, exist_ok=True)
            _create(folder, home)
    return Authority(
        root=_certificate(folder / "root.pem"),
        issuing=Issuer(_certificate(home / "issuing.pem"), _key(home / "issuing.key.pem")),
        tsa=Issuer(_certificate(home / "tsa.pem"), _key(home / "tsa.key.pem")),
    )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time may change the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write the whole file or nothing, so that a reader never sees half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.chmod(mode)
    part.replace(path)


def subject(name: str, organisation: str = ORGANISATION, number: str | None = None) -> x509.Name:
    """C=ID, O, CN and, for a person, an id of letters and digits. A NIK has no place in it."""
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
    ]
    if number:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    return x509.Name(parts)


def certify(
    name: x509.Name, public: rsa.RSAPublicKey, issuer: Issuer | None, until: datetime, since: datetime
) -> x509.CertificateBuilder:
    """A certificate with what all of ours have in common, ready for its own extensions and `sign`."""
    issued_by = issuer.certificate.subject if issuer else name
    signed_with = issuer.key.public_key() if issuer else public
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issued_by)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_with), critical=False)
    )


def usage(*, sign: bool = False, repudiation: bool = False, certificates: bool = False) -> x509.KeyUsage:
    """Key usage; `repudiation` is contentCommitment, which verifiers ask of a signer."""
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=repudiation,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _create(folder: Path, home: Path) -> None:
    root = _make_ca("Root CA Lokal (uji coba)", None, 20, depth=1)
    issuing = _make_ca("CA Penerbit Lokal (uji coba)", root, 15, depth=0)
    for name, made in (("issuing", issuing), ("tsa", _make_tsa(issuing))):
        write(home / f"{name}.pem", pem(made.certificate))
        write(home / f"{name}.key.pem", _plain(made.key))
    write(home / "root.key.pem", _plain(root.key))
    # last, because its presence says that all the others are there
    write(folder / "root.pem", pem(root.certificate), mode=0o644)


def _make_ca(name: str, issuer: Issuer | None, years: int, depth: int) -> Issuer:
    key, now = new_key(), datetime.now(UTC)
    builder = certify(subject(name), key.public_key(), issuer, now + years * YEAR, now - timedelta(hours=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
    builder = builder.add_extension(usage(certificates=True), critical=True)
    return Issuer(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _make_tsa(issuer: Issuer) -> Issuer:
    key, now = new_key(), datetime.now(UTC)
    builder = certify(
        subject("TSA Lokal (uji coba)"), key.public_key(), issuer, now + 10 * YEAR, now - timedelta(hours=1)
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage(sign=True), critical=True)
    # RFC 3161, 2.3: the only purpose, and critical
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Issuer(builder.sign(issuer.key, hashes.SHA256()), key)


def _plain(key: rsa.RSAPrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _key(path: Path) -> rsa.RSAPrivateKey:
    # our own file: OpenSSL's primality checks would cost a tenth of a second a key
    key = serialization.load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{path.name} holds no RSA key: remove the provider's folder to begin anew")
    return key
