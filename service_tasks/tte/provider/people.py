"""The people registered at the local provider: one file each, with status, certificate and encrypted key."""

from __future__ import annotations

import hashlib
import json
import secrets
import string
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from service_tasks.tte.provider.authority import (
    Issuer,
    certify,
    locked,
    new_key,
    open_authority,
    pem,
    subject,
    usage,
    write,
)

# the provider's own words; only ISSUE may sign
STATUSES = ("ISSUE", "EXPIRED", "RENEW", "WAITING_FOR_VERIFICATION", "NEW", "NO_CERTIFICATE", "SUSPEND", "REVOKE")
NOT_REGISTERED = "NOT_REGISTERED"
LIFETIME = timedelta(days=730)  # the real provider's certificates are valid for two years


class NotPossible(Exception):
    """What was asked for can't be done; the message says why, for the person at the command line."""


class WrongPassphrase(Exception):
    """The key could not be decrypted."""


@dataclass(frozen=True)
class Person:
    """One registered person. `certificate` and `key` are PEM; the key is PKCS#8 under the person's passphrase."""

    nik: str = field(repr=False)
    name: str
    org: str
    number: str  # stands in the certificate's subject in place of the NIK
    status: str
    certificate: str = field(repr=False)
    key: str = field(repr=False)

    @property
    def x509(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate.encode())

    def status_at(self, moment: datetime) -> str:
        """The status, with EXPIRED for a certificate whose time is over, whatever the file says."""
        cert = self.x509
        if self.status == "ISSUE" and not cert.not_valid_before_utc <= moment <= cert.not_valid_after_utc:
            return "EXPIRED"
        return self.status

    def unlock(self, passphrase: str) -> rsa.RSAPrivateKey:
        """The private key; WrongPassphrase if the decryption fails."""
        try:
            # written by us: the checks of OpenSSL would take longer than the signature
            key = serialization.load_pem_private_key(
                self.key.encode(), passphrase.encode(), unsafe_skip_rsa_key_validation=True
            )
        except (ValueError, TypeError):
            key = None
        # one wrong passphrase in 256 decrypts to something with a plausible padding
        if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != self.x509.public_key():
            raise WrongPassphrase
        return key


def masked(nik: str) -> str:
    """A NIK for people's eyes: the first two and the last two digits."""
    return f"{nik[:2]}{'•' * (len(nik) - 4)}{nik[-2:]}"


def find(folder: Path, nik: str) -> Person | None:
    """The person with this NIK, or None. Reads the file each time: the command line may just have changed it."""
    path = _path(folder, nik)
    try:
        return Person(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None


def everyone(folder: Path) -> list[Person]:
    people = [Person(**json.loads(path.read_bytes())) for path in (folder / "people").glob("*.json")]
    return sorted(people, key=lambda p: p.name)


def register(
    folder: Path,
    *,
    nik: str,
    name: str,
    org: str,
    passphrase: str,
    status: str = "ISSUE",
    until: datetime | None = None,
    renew: bool = False,
) -> Person:
    """Register a person and issue a certificate until `until` (default: two years from now).

    Registering the same person again changes nothing. Another name, agency or passphrase for the same NIK is
    refused with NotPossible unless `renew`, which makes a new key and a new certificate.
    """
    _check(nik, name, passphrase, status)
    issuing = open_authority(folder).issuing
    with locked(folder):
        known = find(folder, nik)
        if known and not renew:
            return _same(known, name, org, passphrase)
        number = known.number if known else _number()
        person = _issue(issuing, Person(nik, name, org, number, status, "", ""), passphrase, until)
        _save(folder, person)
    return person


def set_status(folder: Path, nik: str, status: str) -> Person:
    """Change the status of a registered person."""
    if status not in STATUSES:
        raise NotPossible(f"{status} is no status: one of {', '.join(STATUSES)}.")
    with locked(folder):
        person = find(folder, nik)
        if person is None:
            raise NotPossible("Nobody is registered with this NIK.")
        person = replace(person, status=status)
        _save(folder, person)
    return person


def _check(nik: str, name: str, passphrase: str, status: str) -> None:
    if len(nik) != 16 or not nik.isascii() or not nik.isdigit():
        raise NotPossible("A NIK has 16 digits.")
    if not name.strip() or len(name) > 64:
        raise NotPossible("A name has 1 to 64 characters: a certificate has no room for more.")
    if len(passphrase) < 4:
        raise NotPossible("A passphrase has at least 4 characters.")
    if status not in STATUSES:
        raise NotPossible(f"{status} is no status: one of {', '.join(STATUSES)}.")


def _same(known: Person, name: str, org: str, passphrase: str) -> Person:
    try:
        known.unlock(passphrase)
    except WrongPassphrase:
        raise NotPossible("This NIK is registered with another passphrase: use --renew for a new key.") from None
    if (known.name, known.org) != (name, org):
        raise NotPossible("This NIK is registered for another name or agency: use --renew for a new certificate.")
    return known


def _issue(issuing: Issuer, person: Person, passphrase: str, until: datetime | None) -> Person:
    now = datetime.now(UTC)
    until = until or now + LIFETIME
    since = min(now - timedelta(hours=1), until - LIFETIME)
    key = new_key()
    name = subject(person.name, person.org, person.number)
    builder = certify(name, key.public_key(), issuing, until, since)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage(sign=True, repudiation=True), critical=True)
    certificate = builder.sign(issuing.key, hashes.SHA256())
    sealed = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    return replace(person, certificate=pem(certificate).decode(), key=sealed.decode())


def _save(folder: Path, person: Person) -> None:
    path = _path(folder, person.nik)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write(path, json.dumps(asdict(person), indent=1).encode())


def _path(folder: Path, nik: str) -> Path:
    # a listing of the folder shows no NIK, and a NIK from the network never becomes part of a path
    return folder / "people" / f"{hashlib.sha256(nik.encode()).hexdigest()[:32]}.json"


def _number() -> str:
    alphabet = string.ascii_uppercase + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(12))
