"""Penyusunan PK with anything at all in it: what older diagrams left, what generators think of, sixty indicators."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sdk.forms import typed_of
from app.sdk.json import ensure_json
from forms import FORMS

Form = FORMS["draft_pk"]


BROKEN = [
    {}, {"sasaran": None}, {"sasaran": "x", "kegiatan": 3}, {"sasaran": [None, "x", {"indikator": {"a": 1}}]},
    {"kegiatan": [{"kegiatan": None, "anggaran": "x", "meta": {"csrf": True}, "formdata": 1}]}, {"tanggal": "entah"},
    {"tanggal": 5, "tempat": ["x"]},
]  # fmt: skip


@pytest.mark.parametrize("pk", BROKEN)
def test_whatever_an_older_diagram_left_opens(case, pk):
    form = Form.open(case(data={"pk": pk}))
    form.validate()
    ensure_json(form.submission().data)
    Form.copy_of({"pk": pk})


@pytest.mark.parametrize("text", ["<b>tebal</b>", "=SUM(A1)", "a\x00b", "\u202egnuhu", "%s", "{{ 7*7 }}", "🏛️ Unggul"])
def test_hostile_text_is_plain_text(case, text):
    form = Form.open(case(), {name: [text] for name in ("sasaran-0-sasaran", "tugas_fungsi", "kegiatan-0-kegiatan")})
    ensure_json(form.submission().data)
    assert "\x00" not in repr(form.submission().data)
    assert "<b>" not in str(form.sasaran.entries[0].form.sasaran())


LINE = st.text(max_size=20)
ROWS = {
    "indikator": st.fixed_dictionaries({"indikator": LINE, "target": LINE, "satuan": LINE}),
    "kegiatan": st.fixed_dictionaries({"kegiatan": LINE, "anggaran": st.none() | st.integers(0, 10**15)}),
}
ROWS["sasaran"] = st.fixed_dictionaries({"sasaran": LINE, "indikator": st.lists(ROWS["indikator"], max_size=4)})
ANY_PK = st.fixed_dictionaries(
    {
        "tempat": LINE,
        "tanggal": st.none() | st.dates().map(lambda d: d.isoformat()),
        "tugas_fungsi": st.text(max_size=60),
        "sasaran": st.lists(ROWS["sasaran"], max_size=4),
        "kegiatan": st.lists(ROWS["kegiatan"], max_size=4),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pk=ANY_PK)
def test_prefilled_or_typed_it_is_the_same(case, pk):
    first = Form.open(case(data={"pk": pk}))
    again = Form.open(case(), typed_of(first))
    assert first.submission() == again.submission()
    assert first.validate() == again.validate()
    assert first.error_list() == again.error_list()
    # and what came out, opened once more, comes out again
    once_more = Form.open(case(data=again.submission().data))
    assert once_more.submission() == again.submission()


def test_sixty_indicators_are_fast(case):
    pk = {
        "sasaran": [
            {
                "sasaran": f"Sasaran {s}",
                "indikator": [{"indikator": f"Indikator {i}", "target": "1", "satuan": "%"} for i in range(30)],
            }
            for s in range(2)
        ]
    }
    start = time.perf_counter()
    form = Form.open(case(), typed_of(Form.open(case(data={"pk": pk}))))
    form.validate()
    form.submission()
    assert time.perf_counter() - start < 0.5  # about 20 ms; room for a busy machine
