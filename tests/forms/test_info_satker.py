"""Info Satker changed while a PK was being drafted: what is asked, and what is taken over."""

from __future__ import annotations

import copy

import pytest

from forms import FORMS
from tests.forms.conftest import NIK, SATKER, typed


@pytest.fixture(params=["draft_pk", "membuat_lembar_pk"])
def form(request):
    return FORMS[request.param]


@pytest.fixture
def then():
    """The copy that the case took, which has no NIK."""
    return {k: v for k, v in copy.deepcopy(SATKER).items() if k != "nik_pimpinan"}


def test_nothing_is_asked_while_both_say_the_same(form, case, then):
    assert "ambil_info" not in form.open(case(data={"info_satker": then}))
    assert "ambil_info" not in form.open(case(data={}))


def test_another_nik_alone_is_no_change_of_the_case(form, case, then):
    assert "ambil_info" not in form.open(case(data={"info_satker": then}, satker={**SATKER, "nik_pimpinan": "1" * 16}))


def test_the_new_one_is_taken_over_when_asked_and_without_the_nik(form, case, then):
    context = case(data={"info_satker": {**then, "alamat": "Jalan Lama"}})
    data = form.open(context, typed(ambil_info="y", langkah="buat")).submission().data
    assert data["info_satker"] == then
    assert NIK not in repr(data)


def test_the_old_one_stays_unless_asked(form, case, then):
    context = case(data={"info_satker": {**then, "alamat": "Jalan Lama"}})
    assert "info_satker" not in form.open(context, typed(langkah="buat")).submission().data
