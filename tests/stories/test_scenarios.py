# ruff: noqa: F811  (fixtures are imported by name)
"""The scenarios that lie beside each process's diagram go as they expect. So does `flask scenarios`."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.scenarios import scenarios as command
from app.engine.definition import Definition
from app.engine.scenario.run import run_one
from app.flows.deploy import read_folder
from app.flows.diagrams import scenarios
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

ALL = sorted(scenarios.FOLDER.glob("*/scenarios/*.yaml"))


@cache
def diagram(folder: Path) -> Definition:
    return Definition.load(read_folder(folder))


@pytest.mark.parametrize("path", ALL, ids=lambda p: f"{p.parents[1].name}/{p.stem}")
def test_it_goes_as_it_expects(path: Path) -> None:
    found = run_one(diagram(path.parents[1]), path.name, path.read_bytes())
    assert found["mistakes"] == []


def test_the_pk_has_scenarios_for_every_way_that_its_guide_tells_of() -> None:
    """Each element of its diagram is on the way of at least one, but for the errors of the second signature."""
    folder = scenarios.FOLDER / "perjanjian_kinerja"
    ran = [run_one(diagram(folder), p.name, p.read_bytes()) for p in ALL if p.parents[1] == folder]
    passed = {element for one in ran for element in one["path"]}
    left = {e for e in diagram(folder).elements if e not in passed and not e.startswith("tte_")}
    assert left == set()


def test_the_example_of_the_documentation_runs() -> None:
    text = (scenarios.FOLDER.parent / "docs" / "skenario.md").read_text("utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    assert run_one(diagram(scenarios.FOLDER / "perjanjian_kinerja"), "docs", example)["mistakes"] == []


def test_the_command_tells_of_each_and_ends_with_what_came_of_them(world: World, tmp_path: Path) -> None:
    place = tmp_path / "perjanjian_kinerja"
    shutil.copytree(scenarios.FOLDER / "perjanjian_kinerja", place)
    with world.app.app_context():
        fine = CliRunner().invoke(command, [str(place)])
        assert fine.exit_code == 0 and fine.output.count("cocok") == len(list((place / "scenarios").iterdir()))
        first = place / "scenarios" / "01-sampai-arsip.yaml"
        first.write_text(first.read_text().replace("akhir: selesai", "akhir: kepala_diingatkan"))
        (place / "scenarios" / "10-rusak.yaml").write_text("nama: [")
        wrong = CliRunner().invoke(command, [str(place)])
    assert wrong.exit_code == 1 and wrong.output.count("BEDA") == 2
    assert "Berakhir di ‘selesai’ (PK Telah Ditandatangani), bukan ‘kepala_diingatkan’" in wrong.output
    assert "baris 1: Susunannya tidak dapat dibaca." in wrong.output
