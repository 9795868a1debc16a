"""A signature atas nama: whose certificate, what its reason says, and what stands beside the stamp."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.documents import signatures
from app.sdk.services import Call
from service_tasks.tte.order import read_order
from service_tasks.tte.provider.request import Place, Wish
from service_tasks.tte.provider.stamp import style
from tests.service_tasks.signing_case import HEAD, Case

AWAY = {"nama": "Dra. Sekar Ayuningtyas, M.M.", "nip": "197205171998032002", "jabatan": "Kepala Balai Contoh"}
REASON = "a.n. Kepala Balai Contoh, Dra. Sekar Ayuningtyas, M.M."
SHEET = {"dokumen": {"sha256": "0" * 64, "number": "N", "token": "t"}}


def order(params, data=None, signer=HEAD):
    return read_order(Call("tte.sign", "k", SHEET | params, data or {}, Case({}, [], b"").ports, {}, signer)).appearance


def test_the_signature_says_for_whom_and_is_the_substitutes(provider, pdf):
    case = Case(provider.settings, [provider.root], pdf)
    case.sign(params={"atas_nama": AWAY})
    signed = case.documents.read(case.documents.rows[-1].sha256)
    (report,) = signatures.inspect(signed, [provider.root])
    assert report.ok and report.reason == REASON and report.name == "Budi Santoso"
    assert AWAY["nip"].encode() not in signed and HEAD.nik.encode() not in signed


@pytest.mark.parametrize("nobody", [{}, {"atas_nama": None}, {"atas_nama": ""}, {"atas_nama": {}}, {"atas_nama": "x"}])
def test_who_signs_for_themself_says_nothing(nobody):
    assert (order(nobody).reason, order(nobody).text) == ("", "")


def test_a_reason_of_the_diagram_stays_in_front():
    assert order({"alasan": "Perjanjian Kinerja", "atas_nama": AWAY}).reason == f"Perjanjian Kinerja. {REASON}"


def test_a_case_of_an_older_diagram_says_it_too():
    """It has no parameter; the decision in its data tells for whom."""
    decision = {"keputusan": "setuju", "atas_nama": AWAY, "oleh": {"nama": HEAD.name, "nip": HEAD.nip}}
    assert order({}, {"kepala": decision}).reason == REASON
    assert order({}, {"kepala": decision}, replace(HEAD, nip="1")).reason == ""
    assert order({}, {"kepala": decision | {"keputusan": "tolak"}}).reason == ""


def test_the_line_beside_the_stamp_goes_to_the_provider():
    fields = order({"halaman": 1, "atas_nama": AWAY}).fields()
    assert fields["text"] == f"oleh {HEAD.name} a.n." and fields["reason"] == REASON
    assert "text" not in order({"halaman": 1}).fields()


@pytest.mark.parametrize("name", ["Budi", "Dr. Budi Santoso, M.Si.", "Prof. Dr. Ir. " + "Panjang " * 30])
def test_a_name_of_usual_length_stands_there_whole(name):
    shown = style(Wish(link="https://alur", text=f"oleh {name} a.n."), Place(width=80, height=80)).background.render()
    if len(name) < 40:
        assert f"(oleh {name} a.n.) Tj".encode() in shown
    assert b"Tj" in shown
