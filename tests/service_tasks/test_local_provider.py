"""The local provider as people and programs meet it: its command line, its API, its page."""

from __future__ import annotations

import io
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from app.sdk.secrets import Passphrase
from service_tasks.tte.answers import Kind, TteFailure
from service_tasks.tte.client import Appearance, TteClient
from tests.local_provider import BUDI, ENDANG, FAJAR, NOBODY, ROOT, SITI, LocalProvider, SignerCard, command, register
from tests.pdfsig import pdfsig

VISIBLE = Appearance(page=1, x=90, y=120, width=80, height=80, link="https://alur.example.go.id/verifikasi/abc")
AUTH = ("alur", "alur-lokal")


def sign(client: TteClient, pdf: bytes, card: SignerCard, appearance: Appearance = VISIBLE) -> bytes:
    return client.sign(pdf, card.nik, Passphrase(card.passphrase), appearance).pdf


def post(provider: LocalProvider, pdf: bytes, card: SignerCard, **fields: str) -> requests.Response:
    form = {"nik": card.nik, "passphrase": card.passphrase} | fields
    return requests.post(f"{provider.url}/api/sign/pdf", data=form, files={"file": pdf}, auth=AUTH, timeout=30)


def test_both_parties_sign_one_after_the_other_and_two_judges_agree(client, provider, pdf, tmp_path):
    once = sign(client, pdf, BUDI)
    twice = sign(client, once, SITI, Appearance(tag="$ttd", link="https://alur.example.go.id/verifikasi/abc"))
    assert once.startswith(pdf)
    assert twice.startswith(once)
    found = pdfsig(twice, provider.root, tmp_path)
    assert [f.name for f in found] == ["Budi Santoso", "Siti Aminah"]
    assert all(f.valid and f.trusted and f.kind == "adbe.pkcs7.detached" for f in found)
    judged = client.verify(twice)
    assert (judged["jumlah_signature"], judged["summary"]) == (2, "VALID")
    assert judged["details"][0]["signature_document"]["signed_using_tsa"] is True


def test_a_signature_is_made_as_the_real_provider_makes_it(client, pdf):
    reader = PdfFileReader(io.BytesIO(sign(client, pdf, BUDI)))
    (signature,) = reader.embedded_signatures
    assert re.fullmatch(r"sig_\d{13}", signature.field_name)
    assert signature.docmdp_level is None
    assert signature.md_algorithm == "sha256"
    subject = signature.signer_cert.subject.native
    assert (subject["country_name"], subject["common_name"]) == ("ID", "Budi Santoso")
    assert subject["serial_number"].isalnum()
    assert BUDI.nik not in signature.signer_cert.dump().decode("latin1")
    lifetime = signature.signer_cert.not_valid_after - signature.signer_cert.not_valid_before
    assert 729 <= lifetime.days <= 731
    assert [float(v) for v in signature.sig_field["/Rect"]] == [90, 120, 170, 200]


def test_the_stamp_at_a_tag_stands_on_the_page_of_the_tag(client, pdf):
    reader = PdfFileReader(io.BytesIO(sign(client, pdf, BUDI, Appearance(tag="$ttd", width=60, height=50, link="x"))))
    field = reader.embedded_signatures[0].sig_field
    assert [float(v) for v in field["/Rect"]] == [300, 400, 360, 450]
    assert field.raw_get("/P").reference == reader.root["/Pages"]["/Kids"].raw_get(2).reference


def test_an_invisible_signature_needs_the_three_required_fields_only(provider, pdf):
    answer = post(provider, pdf, BUDI)
    assert answer.status_code == 200
    assert answer.headers["id_dokumen"].isalnum()
    (signature,) = PdfFileReader(io.BytesIO(answer.content)).embedded_signatures
    assert [float(v) for v in signature.sig_field["/Rect"]] == [0, 0, 0, 0]


@pytest.mark.parametrize("as_text", ["true", "1"])
def test_a_picture_may_stand_in_place_of_the_qr_code(provider, pdf, as_text):
    picture = io.BytesIO()
    Image.new("RGBA", (40, 20), "navy").save(picture, "PNG")
    form = {"nik": BUDI.nik, "passphrase": BUDI.passphrase, "tampilan": "visible", "image": as_text, "page": "2"}
    files = {"file": pdf, "imageTTD": ("ttd.png", picture.getvalue(), "image/png")}
    answer = requests.post(f"{provider.url}/api/sign/pdf", data=form, files=files, auth=AUTH, timeout=30)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tampilan": "visible"}, "linkQR"),
        ({"tampilan": "visible", "image": "true"}, "imageTTD"),
        ({"tampilan": "visible", "linkQR": "x", "page": "9"}, "Halaman 9"),
        ({"tampilan": "visible", "linkQR": "x", "xAxis": "kiri"}, "xAxis"),
        ({"tampilan": "visible", "linkQR": "x", "tag_koordinat": "@@"}, "Tag"),
        ({"passphrase": ""}, "passphrase"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_words(provider, pdf, fields, sentence):
    answer = post(provider, pdf, BUDI, **fields)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_a_document_can_be_fetched_once_by_its_id(client, pdf):
    signed = client.sign(pdf, BUDI.nik, Passphrase(BUDI.passphrase), VISIBLE)
    assert client.download(signed.document_id) == signed.pdf
    with pytest.raises(TteFailure) as failed:
        client.download(signed.document_id)
    assert failed.value.http == 404


def test_the_status_tells_who_may_sign(client):
    people = (BUDI.nik, ENDANG.nik, FAJAR.nik, NOBODY)
    assert [client.status(nik) for nik in people] == ["ISSUE", "EXPIRED", "SUSPEND", "NOT_REGISTERED"]


@pytest.mark.parametrize(
    ("nik", "passphrase", "kind"),
    [
        (BUDI.nik, "bukan ini", Kind.PASSPHRASE),
        (NOBODY, "apa saja", Kind.NOT_REGISTERED),
        (ENDANG.nik, ENDANG.passphrase, Kind.INACTIVE),
        (FAJAR.nik, FAJAR.passphrase, Kind.INACTIVE),
    ],
)
@pytest.mark.parametrize("dialect", ["code", "text"])
def test_refusals_are_understood_in_both_dialects(provider, pdf, nik, passphrase, kind, dialect, older_dialect):
    chosen = provider if dialect == "code" else older_dialect
    with pytest.raises(TteFailure) as failed:
        TteClient.from_settings(chosen.settings).sign(pdf, nik, Passphrase(passphrase), VISIBLE)
    assert failed.value.kind is kind


@pytest.fixture(scope="module")
def older_dialect(provider):
    """A second process on the same folder, as somebody might start by mistake."""
    running = LocalProvider(provider.folder, "--dialect", "text")
    yield running
    running.stop()


def test_an_unsigned_document_has_no_signatures(client, pdf):
    assert client.verify(pdf) == {
        "nama_dokumen": "dokumen.pdf", "jumlah_signature": 0, "notes": None, "details": [], "summary": None,
    }  # fmt: skip


def test_what_is_no_pdf_is_refused(client, provider):
    with pytest.raises(TteFailure) as failed:
        sign(client, b"bukan PDF", BUDI)
    assert failed.value.kind is Kind.REFUSED
    assert provider.journal[-1]["result"] == "broken"


def test_other_credentials_are_refused(provider, pdf):
    settings = provider.settings | {"TTE_PASSWORD": "salah"}
    with pytest.raises(TteFailure) as failed:
        sign(TteClient.from_settings(settings), pdf, BUDI)
    assert failed.value.kind is Kind.CREDENTIALS


def test_an_unknown_address_answers_in_springs_style(provider):
    answer = requests.get(f"{provider.url}/api/tidak/ada", auth=AUTH, timeout=10)
    assert answer.status_code == 404
    assert set(answer.json()) == {"timestamp", "status", "message", "path"}


def test_the_page_for_people_masks_every_nik(provider):
    page = requests.get(f"{provider.url}/", timeout=10).text
    assert "Penyedia TTE lokal untuk uji coba" in page
    assert "Budi Santoso" in page
    assert BUDI.nik not in page


def test_status_changes_reach_the_running_provider_and_registering_twice_changes_nothing(provider, client, pdf):
    card = SignerCard("9904010101850007", "Gita Permata", "Rahasia#Gita")
    register(provider.folder, card)
    before = sign(client, pdf, card)
    register(provider.folder, card)
    assert fingerprint(sign(client, pdf, card)) == fingerprint(before)
    command(provider.folder, "status", "--nik", card.nik, "--status", "REVOKE")
    assert client.status(card.nik) == "REVOKE"
    command(provider.folder, "status", "--nik", card.nik, "--status", "ISSUE")
    register(provider.folder, card, renew=True)
    assert fingerprint(sign(client, pdf, card)) != fingerprint(before)


def fingerprint(pdf: bytes) -> bytes:
    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].signer_cert.sha256


def test_the_command_line_says_what_is_wrong(provider):
    other = ("--name", "Orang Lain", "--org", "X", "--passphrase", "abcd1234")
    for arguments in (
        ("register", "--nik", "123", *other),
        ("register", "--nik", BUDI.nik, *other),
        ("register", "--nik", BUDI.nik),
        ("status", "--nik", NOBODY, "--status", "ISSUE"),
    ):
        done = command(provider.folder, *arguments, check=False)
        assert done.returncode == 1
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said_in_words(provider, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = command(provider.folder, "serve", "--port", port, check=False)
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr


def test_two_first_starts_at_once_make_one_authority(tmp_path):
    folder = tmp_path / "data"
    with ThreadPoolExecutor() as pool:
        started = [pool.submit(LocalProvider, folder) for _ in range(2)]
        running = [s.result() for s in started]
    roots = {p.root for p in running}
    register(folder, BUDI)
    answers = [sign(TteClient.from_settings(p.settings), (ROOT_PDF := _sheet()), BUDI) for p in running]
    for p in running:
        p.stop()
    assert len(roots) == 1
    assert all(a.startswith(ROOT_PDF) for a in answers)


def _sheet() -> bytes:
    from tests.local_provider import sheet

    return sheet(1)


def test_ten_people_sign_at_once(provider, client, pdf):
    with ThreadPoolExecutor(10) as pool:
        signed = list(pool.map(lambda n: sign(client, pdf, (BUDI, SITI)[n % 2]), range(10)))
    assert len(set(signed)) == 10
    assert all(client.verify(s)["summary"] == "VALID" for s in signed)


def test_nothing_secret_stands_in_the_log_or_in_the_clear_on_the_disk(provider, client, pdf):
    sign(client, pdf, BUDI)
    client.status(BUDI.nik)
    files = [p for p in provider.folder.rglob("*") if p.is_file()]
    contents = b"\n".join(p.read_bytes() for p in files)
    assert BUDI.passphrase.encode() not in contents
    assert BUDI.nik not in provider.log()
    assert BUDI.passphrase not in provider.log()
    assert BUDI.nik not in "\n".join(map(str, files))
    assert all(p.stat().st_mode & 0o077 == 0 for p in (provider.folder / "people").glob("*.json"))


def test_it_starts_in_well_under_a_second_and_loads_nothing_of_the_house(provider):
    started = time.perf_counter()
    again = LocalProvider(provider.folder)
    took = time.perf_counter() - started
    again.stop()
    assert took < 3  # 0.3 s on a quiet machine; the tests' machine may be busy
    code = (
        "import sys, service_tasks.tte.provider.__main__, service_tasks.tte.provider.web;"
        "print([m for m in ('sqlalchemy', 'SpiffWorkflow', 'xhtml2pdf', 'app.models') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_both_signatures_of_a_sheet_take_less_than_a_second(client, pdf):
    sign(client, pdf, BUDI)  # the first call may still be loading pyHanko
    started = time.perf_counter()
    sign(client, sign(client, pdf, BUDI), SITI)
    assert time.perf_counter() - started < 1


def test_faults_can_be_ordered_and_ended(tmp_path, pdf):
    folder: Path = tmp_path / "data"
    register(folder, BUDI)
    running = LocalProvider(folder)
    client = TteClient.from_settings(running.settings | {"TTE_TIMEOUT_SIGN": "0.5"})
    kinds = {"html": Kind.HTML, "500": Kind.SERVER_ERROR, "slow": Kind.TIMEOUT, "lost": Kind.SERVER_ERROR}
    for fault, kind in kinds.items():
        command(folder, "fault", "--kind", fault, "--seconds", "2")
        with pytest.raises(TteFailure) as failed:
            sign(client, pdf, BUDI)
        assert failed.value.kind is kind
    command(folder, "fault", "--kind", "none")
    assert sign(TteClient.from_settings(running.settings), pdf, BUDI)
    assert "signed" in [entry["result"] for entry in running.journal]
    running.stop()
