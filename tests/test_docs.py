"""What the documents say about the house is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from app.config import Config
from app.flows import sample
from app.sdk.forms import TaskForm
from app.sdk.services import ServiceTask

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
RUNNING = (ROOT / "docs" / "running.md").read_text("utf-8")


def test_the_table_of_settings_names_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", RUNNING, re.MULTILINE))
    assert sorted(rows) == sorted(f.name.upper() for f in fields(Config))
    for f in fields(Config):
        if isinstance(f.default, int | float | str) and f.default:
            assert rows[f.name.upper()] == f"`{f.default}`"


def test_the_accounts_of_the_readme_are_those_of_the_sample() -> None:
    one = sample.MINISTRY[0]
    office = one.offices[0]
    for words in (
        f"`sim{office.kode}` | `{sample.PASSWORDS[sample.OPERATOR]}`",
        f"`{office.head.nip}` | `{sample.PASSWORDS[sample.KEPALA]}` | `{office.head.passphrase}`",
        f"`{one.head.nip}` | `{sample.PASSWORDS[sample.ESELON]}` | `{one.head.passphrase}`",
        f"`biro` | `{sample.PASSWORDS[sample.BIRO]}`",
    ):
        assert words in README


def test_the_form_and_the_service_task_of_the_readme_work() -> None:
    made: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile("from __future__ import annotations\n" + block, "README.md", "exec"), made)
    form, tasks = made["NomorSurat"], made["TASKS"]
    assert isinstance(form, type)
    assert issubclass(form, TaskForm)
    assert isinstance(tasks["agenda.nomor"], ServiceTask)  # type: ignore[index]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text("utf-8"))
    assert [t for t in targets if not (path.parent / t).exists()] == []


def test_every_folder_that_the_readme_names_is_there() -> None:
    table = README[README.index("## Where things are") :]
    assert [f for f in re.findall(r"`([a-z_/]+/)`", table) if not (ROOT / f).is_dir() and f not in INSIDE_TESTS] == []


INSIDE_TESTS = {"stories/", "browser/"}
