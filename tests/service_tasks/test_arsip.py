"""arsip.simpan: only the document with all its signatures, and good ones, goes to Dokumentasi."""

import dataclasses

import pytest

from app.documents.store import BrokenDocument, DocumentStore
from app.sdk.secrets import Passphrase
from app.sdk.services import Result, ServiceError
from service_tasks.arsip import store
from service_tasks.lembar import create
from service_tasks.tte.client import Appearance
from tests.local_provider import BUDI, SITI
from tests.service_tasks.paper import Documents, call, pk, text_of
from tests.service_tasks.test_lembar import _ink

TOKEN = b"AbCdEfGhIjKlMnOpQrStUv"


@pytest.fixture
def documents(tmp_path, provider):
    return Documents(DocumentStore(tmp_path / "dokumen"), [provider.root])


@pytest.fixture
def signed(documents, client):
    """The sheet after `count` of the parties signed it at the provider, each in the place kept for them."""

    def sign(count):
        sheet = create(call(documents, data={"pk": pk()}, answer=TOKEN)).value
        pdf = documents.read(sheet["sha256"])
        for person, party in ((BUDI, "pihak_pertama"), (SITI, "pihak_kedua"))[:count]:
            place = sheet["tempat"][party]
            look = Appearance(
                place["halaman"], place["x"], place["y"], place["lebar"], place["tinggi"], link="https://x.id"
            )
            pdf = client.sign(pdf, person.nik, Passphrase(person.passphrase), look).pdf
        return sheet | {"sha256": documents.store.put(pdf)}

    return sign


def test_the_document_with_both_signatures_is_archived_as_it_is(documents, signed):
    document = signed(2)
    outcome = store(call(documents, {"dokumen": document}))
    assert outcome == Result(
        {
            "sha256": document["sha256"],
            "nama": "PK-2026-100101-1.pdf",
            "waktu": "2026-11-21T03:32:00+00:00",
            "number": "PK-2026-100101-1",
            "token": TOKEN.decode(),
            "size": len(documents.read(document["sha256"])),
            "tanda_tangan": 2,
        }
    )
    assert documents.rows[-1].kind == "archive"


def test_each_stamp_stands_in_its_place_and_hides_nothing(documents, signed):
    document = signed(2)
    pdf = documents.read(document["sha256"])
    for place in document["tempat"].values():
        assert _ink(pdf, place) > 200
    before = create(call(documents, data={"pk": pk()}, answer=TOKEN)).value
    assert text_of(pdf) == text_of(documents.read(before["sha256"]))


@pytest.mark.parametrize(("made", "wanted"), [(0, 1), (1, 2), (2, 1), (0, 2)])
def test_another_number_of_signatures_is_an_incident(documents, signed, made, wanted):
    outcome = store(call(documents, {"dokumen": signed(made), "tanda_tangan": wanted}))
    assert isinstance(outcome, ServiceError)
    assert outcome.permanent
    assert "tanda tangan" in outcome.message
    assert [row.kind for row in documents.rows] == ["draft"]


@pytest.mark.parametrize("count", [0, 1])
def test_a_diagram_may_ask_for_fewer_signatures(documents, signed, count):
    outcome = store(call(documents, {"dokumen": signed(count), "tanda_tangan": count}))
    assert isinstance(outcome, Result)
    assert outcome.value["tanda_tangan"] == count


def test_a_signer_of_another_authority_is_not_believed(documents, signed):
    stranger = dataclasses.replace(documents, trust_roots=[])
    outcome = store(call(stranger, {"dokumen": signed(2)}))
    assert isinstance(outcome, ServiceError)


def test_a_document_that_changed_on_the_disk_is_not_archived(documents, signed):
    document = signed(2)
    path = documents.store.path(document["sha256"])
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(BrokenDocument):
        store(call(documents, {"dokumen": document}))


@pytest.mark.parametrize("document", [None, {}, {"sha256": "0" * 64, "number": "PK-1"}])
def test_an_incomplete_order_names_what_is_missing(documents, document):
    outcome = store(call(documents, {"dokumen": document}))
    assert isinstance(outcome, ServiceError)
    assert outcome.permanent
    assert "token" in outcome.message
