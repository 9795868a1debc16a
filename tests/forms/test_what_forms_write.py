"""What a form says it writes is what its submissions hold: checks of diagrams rely on it."""

from __future__ import annotations

import pytest

from app.engine.expressions import compile_expression
from app.sdk.forms import typed_of
from app.sdk.variables import KINDS
from forms import FORMS
from service_tasks import SERVICE_TASKS
from tests.forms.conftest import PK, SATKER

CHANGED = {"info_satker": {"nama": "Nama lama", "nama_pimpinan": "Pejabat lama"}}
FAILED = {"kesalahan": {"kode": "PASSPHRASE_SALAH", "pesan": "Salah."}, "registrasi": {"terdaftar": False}}
NOTE = "Sasaran kedua belum berindikator."


def typings(name):
    """(what was typed, the case's data) for the ways in which a form can be sent."""
    if name == "draft_pk":
        full = typed_of(FORMS[name](formdata=None, data=PK))
        return [(full, {}), (full | {"ambil_info": ["y"]}, CHANGED)]
    if name == "edit_satker":
        return [(typed_of(FORMS[name](formdata=None, data=SATKER)), {})]
    if name == "periksa_registrasi":
        return [({"langkah": [w]}, data) for w in ("periksa", "info_satker") for data in ({}, FAILED)]
    if name == "membuat_lembar_pk":
        ways = [({"langkah": ["buat"]}, {}), ({"langkah": ["ubah"]}, FAILED)]
        return [*ways, ({"langkah": ["buat"], "ambil_info": ["y"]}, CHANGED)]
    no = {"keputusan": [FORMS[name].refusal], "catatan": [NOTE]}
    yes = {"keputusan": ["setuju"], "passphrase": ["kata sandi tte"]}
    return [(yes, {}), (yes, FAILED), (no, {})]


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_writes_what_it_says(name, case):
    form_class = FORMS[name]
    sent = []
    for typed, data in typings(name):
        form = form_class.open(case(data=data), typed)
        assert form.validate(), form.errors
        sent.append(form.submission().data)
    assert frozenset.intersection(*(frozenset(s) for s in sent)) == form_class.writes()
    assert frozenset.union(*(frozenset(s) for s in sent)) == form_class.writes() | form_class.may_write()


@pytest.mark.parametrize("name", sorted(FORMS))
def test_what_a_condition_may_ask_for_is_there(name, case):
    """Each variable of a form can be followed in what one of its submissions holds, and is an expression."""
    form_class = FORMS[name]
    sent = [form_class.open(case(data=data), typed).submission().data for typed, data in typings(name)]
    for variable in form_class.variables():
        compile_expression(variable.path)
        assert variable.kind in KINDS
        assert variable.label
        top, *rest = variable.path.split(".")
        assert top in form_class.writes()
        assert any(_follow(data.get(top), rest) for data in sent), variable.path


def _follow(value, keys):
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def test_the_choices_of_a_decision_are_what_the_gateway_reads():
    found = {v.path: v.choices for form in FORMS.values() for v in form.variables()}
    assert [c[0] for c in found["kepala.keputusan"]] == ["setuju", "tolak"]
    assert [c[0] for c in found["eselon_1.keputusan"]] == ["setuju", "kembalikan"]
    assert [c[0] for c in found["langkah_lembar"]] == ["buat", "ubah"]


def test_no_secret_is_a_variable():
    paths = [v.path for form in FORMS.values() for v in form.variables()]
    assert not [p for p in paths if "passphrase" in p or "nik" in p]


@pytest.mark.parametrize("name", sorted(SERVICE_TASKS))
def test_a_service_declares_its_parameters_and_its_result(name):
    task = SERVICE_TASKS[name]
    assert task.params
    assert task.result
    for param in task.params:
        assert param.meaning
        if param.example:
            compile_expression(param.example)
    for variable in task.result:
        assert variable.kind in KINDS
        compile_expression(variable.under("hasil").path)
