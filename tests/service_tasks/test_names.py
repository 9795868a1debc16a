"""Names as masters and certificates write them."""

from __future__ import annotations

import pytest

from service_tasks.tte.names import same_person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dr. Ir. Budi Santoso, M.Si., Ph.D.", "BUDI SANTOSO"),
        ("Drs. H. Ma'ruf  Amin", "Maruf Amin, S.H."),
        ("Prof. Dr. Siti Aminah S.Pd. M.Pd.", "siti aminah"),
        ("Endang Lestari SH MM", "Endang Lestari"),
        ("Dra. Hj. Nur Aini, M.M", "NUR AINI"),
        ("M. Yusuf", "M.Yusuf"),
        ("M.Ali Akbar", "M. Ali Akbar, S.Kom"),
        ("H Abdul Rahman", "Abdul Rahman"),
        ("R. Ahmad", "Ahmad"),
        ("José Ximenes", "Jose Ximenes"),
    ],
)
def test_the_same_person_with_and_without_titles(one, other):
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Budi Santoso", "Budi Susanto"),
        ("Budi Santoso", "Budi"),
        ("M. Yusuf", "A. Yusuf"),
        ("", ""),
        ("Dr.", "Ir."),
        ("Budi Santoso", ""),
    ],
)
def test_two_people(one, other):
    assert not same_person(one, other)
