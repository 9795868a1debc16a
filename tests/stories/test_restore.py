# ruff: noqa: F811  (fixtures are imported by name)
"""A backup is taken while people work, brought to another machine, and the PK is finished there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock
from app.flows import backup, restore, verify
from app.jobs import execute as execution
from app.jobs.worker import work_once
from app.models import Document, Event, Instance, Task, db
from tests import pk
from tests.jobs.crashing import run, send_passphrase
from tests.pdfsig import pdfsig
from tests.stories.conftest import at_the_head  # noqa: F401 - a fixture
from tests.world import DUA, LITERASI, SATU, TIGA, World, close, open_house, provider, stages  # noqa: F401 - fixtures

Elsewhere = Callable[[Path], World]


@pytest.fixture
def office(at_the_head: World) -> World:
    """A PK waits for its head."""
    return at_the_head


@pytest.fixture
def elsewhere(tmp_path: Path, provider) -> Iterator[Elsewhere]:
    """Bring a backup to an empty machine: another folder, another application, the same provider."""
    made: list[World] = []

    def bring(path: Path) -> World:
        world = open_house(tmp_path / f"mesin-{len(made)}", provider)
        made.append(world)
        with world.app.app_context():
            done = restore.restore(path, clock.now())
            assert done.findings.whole, done.findings.lines()
            assert verify.verify().whole
        return world

    yield bring
    for world in made:
        close(world)


def take(world: World, path: Path) -> Path:
    with world.app.app_context():
        return backup.backup(path, clock.now()).path


def test_a_backup_is_restored_elsewhere_and_the_pk_is_finished_there(
    office: World, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    path = take(office, tmp_path / "kemarin.tar")
    pk.approve(office, office.head(), pk.SIGN, SATU.head.passphrase)  # after the backup: this is lost with the machine
    close(office)

    there = elsewhere(path)
    assert there.all(db.select(Document.kind)) == ["draft"]
    pk.approve(there, there.head(), pk.SIGN, SATU.head.passphrase)
    pk.approve(there, there.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    assert "PK Telah Ditandatangani" in there.operator().open("/kinerja/pk").text
    (archived,) = there.all(db.select(Document).where(Document.kind == "archive"))
    found = pdfsig(there.app.extensions["alur"].documents.read(archived.sha256), there.provider.root, tmp_path)
    assert [(f.valid, f.trusted) for f in found] == [(True, True)] * 2 and found[-1].whole
    with there.app.app_context():
        assert verify.verify().whole


def test_a_signature_that_was_under_way_goes_back_to_its_signer_in_words(
    office: World, elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup is taken between the intention and the provider's answer; nothing is asked for by itself there."""
    job_id = send_passphrase(office)
    path = tmp_path / "di tengah.tar"

    def meanwhile(step):
        take(office, path)
        return step

    with monkeypatch.context() as patched:
        patched.setattr(execution, "PIPELINE", (execution.begin, meanwhile, *execution.PIPELINE[1:]))
        assert run(office, job_id)
    asked = len(office.provider.journal)
    there = elsewhere(path)
    with clock.held(clock.now() + timedelta(seconds=91)), there.app.app_context():
        work_once()
    assert "Belum diketahui apakah tanda tangan jadi" in there.head().open("/tugas").link(pk.SIGN).text
    assert len(office.provider.journal) == asked
    pk.approve(there, there.head(), pk.SIGN, SATU.head.passphrase)
    assert "Disetujui oleh Kepala Satker" in there.operator().open("/kinerja/pk").text


def test_backups_under_load_are_of_one_moment_each(office: World, elsewhere: Elsewhere, tmp_path: Path) -> None:
    """People begin, draft, make sheets and sign all the time; whenever it was taken, a backup is whole and usable."""
    ended, went_wrong, taken = threading.Event(), [], []

    def people() -> None:
        try:
            pk.approve(office, office.head(), pk.SIGN, SATU.head.passphrase)
            for place in (DUA, TIGA):
                pk.to_the_head(office, place)
                pk.approve(office, office.head(place), pk.SIGN, place.head.passphrase)
        except BaseException as e:
            went_wrong.append(e)
        finally:
            ended.set()

    worker = threading.Thread(target=people)
    worker.start()
    while not ended.wait(0.15):
        taken.append(take(office, tmp_path / f"cadangan-{len(taken)}.tar"))
    worker.join()
    assert went_wrong == [] and len(taken) > 3
    taken.append(take(office, tmp_path / "akhir.tar"))

    moments = []
    for path in [*taken[:: max(1, len(taken) // 6)], taken[-1]]:
        there = elsewhere(path)
        events, cases = there.all(db.select(Event)), there.all(db.select(Instance))
        assert {c.id: c.version for c in cases} == {
            c.id: max(e.seq for e in events if e.instance_id == c.id) for c in cases
        }
        moments.append(len(events))
    assert moments == sorted(moments) and len(set(moments)) > 2
    assert len(there.all(db.select(Task).where(Task.name == pk.REVIEW, Task.state == "open"))) == 3
