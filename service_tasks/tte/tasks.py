"""The service tasks `tte.status` and `tte.sign`, and the check of a registration by NIK."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from app.sdk.json import JsonObject
from app.sdk.services import BpmnError, Call, Outcome, Result, ServiceError, ServiceTask, Signer, Verdict
from app.sdk.variables import Param, Variable
from service_tasks.tte import words
from service_tasks.tte.answers import Delivery, Kind, TteFailure
from service_tasks.tte.client import TteClient
from service_tasks.tte.names import same_person
from service_tasks.tte.order import Order, WrongOrder, read_order

MISTYPED = "PASSPHRASE_SALAH"
INACTIVE = "TTE_TIDAK_AKTIF"
UNREACHABLE = "TTE_TIDAK_TERJANGKAU"
UNKNOWN = "TTE_HASIL_TIDAK_DIKETAHUI"
CERTIFICATE = "TTE_SERTIFIKAT_BERBEDA"


# ---- tte.status ----------------------------------------------------------------------------------------------------


def status(call: Call) -> Outcome:
    """Is the head of the satker (`peran` "kepala") or of its unit ("eselon_1") registered and able to sign?

    The value is {"terdaftar", "status", "pesan", "waktu"}; a provider that is down is TTE_TIDAK_TERJANGKAU.
    """
    role, kode = call.params.get("peran", "kepala"), str(call.params.get("satker", ""))
    if role not in ("kepala", "eselon_1"):
        return ServiceError(words.WRONG_PARAMETER.format(name="peran", kind="kepala atau eselon_1"), permanent=True)
    people = call.ports.people
    person = people.head_of_satker(kode) if role == "kepala" else people.head_of_unit(kode)
    found = check_registration(call.ports.settings, person.nik)
    if found["status"] in (UNREACHABLE, "TTE_MENOLAK_AKUN"):
        return BpmnError(UNREACHABLE, found["pesan"])
    return Result(found | {"waktu": _iso(call.ports.now())})


def check_registration(settings: Mapping[str, str], nik: str) -> JsonObject:
    """{"terdaftar": may sign, "status": the provider's word, "pesan": a sentence} for a NIK.

    `status` is NIK_TIDAK_SAH for what is no NIK, TTE_TIDAK_TERJANGKAU if the provider gives no usable answer,
    TTE_MENOLAK_AKUN if it refuses the agency's credentials.
    """
    if not re.fullmatch(r"[0-9]{16}", nik):
        return {"terdaftar": False, "status": "NIK_TIDAK_SAH", "pesan": words.NIK_INVALID}
    try:
        word = TteClient.from_settings(settings).status(nik)
    except TteFailure as e:
        if e.kind is Kind.CREDENTIALS:
            return {"terdaftar": False, "status": "TTE_MENOLAK_AKUN", "pesan": words.STATUS_CREDENTIALS}
        return {"terdaftar": False, "status": UNREACHABLE, "pesan": words.STATUS_UNAVAILABLE}
    return {"terdaftar": word == "ISSUE", "status": word, "pesan": words.STATUS_WORDS[word]}


# ---- tte.sign ------------------------------------------------------------------------------------------------------


def sign(call: Call) -> Outcome:
    """Have the document signed by the person who submitted the passphrase: look up -> call -> keep -> judge -> store.

    The value is {"dokumen": {"sha256", "number", "token", "name", "size"}, "sertifikat": {"fingerprint", "name",
    "serial", "new"}, "waktu": ISO 8601}. After a crash `call.answer` is judged and nothing is asked again.
    """
    if call.signer is None:
        return ServiceError(words.NO_SIGNER, permanent=True)
    try:
        order = read_order(call)
    except WrongOrder as e:
        return ServiceError(str(e), permanent=True)
    before = call.ports.documents.read(order.sha256)
    answer = call.answer if call.answer is not None else _ask(call, call.signer, order, before)
    if not isinstance(answer, bytes):
        return answer
    if call.answer is None:
        call.keep(answer)
    return _judge(call, call.signer, order, before, answer)


def _ask(call: Call, signer: Signer, order: Order, before: bytes) -> bytes | Outcome:
    """The provider's answer, or why there is none."""
    passphrase = call.secrets.get("passphrase")
    if passphrase is None or not passphrase:
        return BpmnError(UNREACHABLE, words.FORGOTTEN)
    if not re.fullmatch(r"[0-9]{16}", signer.nik):
        return BpmnError(INACTIVE, words.INACTIVE.format(status=words.NIK_INVALID))
    client = TteClient.from_settings(call.ports.settings)
    refused = _precheck(client, signer.nik)
    if refused is not None:
        return refused
    try:
        return client.sign(before, signer.nik, passphrase, order.appearance).pdf
    except TteFailure as e:
        failed = e
    return _explain(failed)


def _precheck(client: TteClient, nik: str) -> Outcome | None:
    """Ask for the status first: the reason is exact then, and the passphrase stays here if it can't help.

    A provider that is down is found out while it is certain that nothing was sent. Other failures of the status
    call don't decide: the signature itself will.
    """
    try:
        word = client.status(nik, patient=False)
    except TteFailure as e:
        if e.kind in (Kind.UNREACHABLE, Kind.TIMEOUT, Kind.BROKEN_OFF, Kind.SERVER_ERROR):
            return BpmnError(UNREACHABLE, words.UNSENT)
        return BpmnError(UNREACHABLE, words.BUSY) if e.kind is Kind.BUSY else None
    return None if word == "ISSUE" else BpmnError(INACTIVE, words.INACTIVE.format(status=words.STATUS_WORDS[word]))


def _explain(failed: TteFailure) -> Outcome:
    """The outcome of a call that brought no document."""
    kind = failed.kind
    if kind is Kind.PASSPHRASE:
        return BpmnError(MISTYPED, words.MISTYPED)
    if kind in (Kind.NOT_REGISTERED, Kind.INACTIVE):
        status = words.STATUS_WORDS.get(failed.status or "NOT_REGISTERED", words.INACTIVE_UNNAMED)
        return BpmnError(INACTIVE, words.INACTIVE.format(status=status))
    if kind is Kind.BUSY:
        return BpmnError(UNREACHABLE, words.BUSY)
    if kind is Kind.CREDENTIALS:
        return ServiceError(words.CREDENTIALS.format(http=failed.http), permanent=True)
    if kind is Kind.LEAK:
        return ServiceError(words.LEAK, permanent=True)
    if failed.delivery is Delivery.UNSENT:
        return BpmnError(UNREACHABLE, words.UNSENT)
    if failed.delivery is Delivery.REFUSED:
        code = f", kode {failed.code}" if failed.code else ""
        return ServiceError(words.REFUSED.format(http=failed.http, code=code), permanent=True)
    return BpmnError(UNKNOWN, f"{words.UNKNOWN[kind.value[0]]} {words.UNKNOWN_END}")


def _judge(call: Call, signer: Signer, order: Order, before: bytes, answer: bytes) -> Outcome:
    """What came back counts only if it is the same document with exactly the signature that was asked for.

    Anything else is an incident: it can't be put right by signing again, and the kept answer is the evidence.
    """
    verdict = call.ports.documents.verify(before, answer, order.signatures)
    if any(secret.is_in(repr(verdict)) for secret in call.secrets.values()):
        return ServiceError(words.LEAK, permanent=True)
    if not verdict.ok or verdict.certificate is None:
        return ServiceError(words.UNUSABLE.format(problem=verdict.problem or words.UNUSABLE_ANY), permanent=True)
    objection = _objection(signer, verdict, order.renewed)
    if objection is not None:
        return BpmnError(CERTIFICATE, objection)
    stored = call.ports.documents.put(answer, kind="signed", name=order.name, number=order.number, token=order.token)
    document = {
        "sha256": stored.sha256,
        "number": stored.number,
        "token": stored.token,
        "name": stored.name,
        "size": stored.size,
    }
    certificate = {
        "fingerprint": verdict.certificate,
        "name": verdict.certificate_name or "",
        "serial": verdict.certificate_serial or "",
        "new": verdict.certificate != signer.certificate,
    }
    waktu = verdict.signed_at or _iso(call.ports.now())
    return Result({"dokumen": document, "sertifikat": certificate, "waktu": waktu})


def _objection(signer: Signer, verdict: Verdict, renewed: bool) -> str | None:
    """Why this certificate is not the signer's, or None. A certificate that was confirmed once needs no more."""
    if verdict.certificate == signer.certificate:
        return None
    if signer.certificate is not None and not renewed:
        return words.DIFFERENT_CERTIFICATE
    if not same_person(verdict.certificate_name or "", signer.name):
        # digits could be a NIK that somebody put into a certificate against the rules
        found = re.sub(r"\d{4,}", "…", (verdict.certificate_name or "tanpa nama")[:100])
        return words.DIFFERENT_NAME.format(found=found, expected=signer.name)
    return None


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


# expressions that the editor offers
LEFT, NEW, BEHALF = "lembar.tempat.pihak_pertama", "kepala.sertifikat_baru", "isi(kepala.atas_nama, None)"

TASKS = {
    "tte.status": ServiceTask(
        call=status,
        label="Memeriksa registrasi TTE di penyedia",
        errors=(UNREACHABLE,),
        params=(
            Param("peran", "Siapa yang diperiksa: 'kepala' atau 'eselon_1'; tanpa isian, kepala", False, "'kepala'"),
            Param("satker", "Kode satker yang pejabatnya diperiksa", True, "info_satker.kode"),
        ),
        result=(
            Variable("terdaftar", "NIK terdaftar dan dapat menandatangani", "boolean"),
            Variable("status", "Status menurut penyedia TTE"),
            Variable("pesan", "Penjelasan bagi orang"),
            Variable("waktu", "Waktu pemeriksaan", "date"),
        ),
    ),
    "tte.sign": ServiceTask(
        call=sign,
        label="Menandatangani dokumen di penyedia TTE",
        attended=True,
        secrets=("passphrase",),
        errors=(MISTYPED, INACTIVE, UNREACHABLE, UNKNOWN, CERTIFICATE),
        unknown=UNKNOWN,
        unsent=UNREACHABLE,
        params=(
            Param("dokumen", "Dokumen yang ditandatangani: hasil pembuatan lembar atau TTE sebelumnya", True, "lembar"),
            Param("tempat", "Letak tanda tangan pada lembar; tanpa isian tidak terlihat", False, LEFT),
            Param("tanda_tangan", "Jumlah tanda tangan pada dokumen sesudahnya; tanpa isian, 1", False, "1"),
            Param("sertifikat_baru", "Benar bila penanda tangan memastikan sertifikatnya baru", False, NEW),
            Param("atas_nama", "Yang digantikan, bila penanda tangan adalah pengganti", False, BEHALF),
            Param("alasan", "Alasan yang tercatat pada tanda tangan"),
            Param("lokasi", "Kota yang tercatat pada tanda tangan"),
            Param("tautan", "Isi kode QR; tanpa isian, halaman pemeriksaan dokumen"),
        ),
        result=(
            Variable("dokumen", "Dokumen bertanda tangan", "object"),
            Variable("sertifikat", "Sertifikat penanda tangan", "object"),
            Variable("sertifikat.name", "Nama pada sertifikat"),
            Variable("sertifikat.new", "Sertifikat ini belum dikenal", "boolean"),
            Variable("waktu", "Waktu tanda tangan", "date"),
        ),
    ),
}
