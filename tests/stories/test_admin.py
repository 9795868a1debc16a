"""Admins act between the people's steps: nothing that was typed or signed is lost, and the history stays whole."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import delete

from app import clock
from app.engine import steps
from app.flows import definitions
from app.flows.events import broken_at
from app.flows.intervention import Intervention
from app.flows.reassign import candidates, find, reassign
from app.flows.suspend import resume, suspend
from app.models import Draft, Event, Instance, Task, db
from tests import pk
from tests.visitor import Page
from tests.world import LITERASI, SATU, World

WHY = "Diperiksa dulu atas permintaan biro."
PROBE = {"passphrase": "jangan dipakai", "catatan": "Catatan yang tertunda.", "langkah": "buat", "_aksi": "kirim"}
MOST = 25  # steps of people; a PK that is refused now and then needs about a dozen


class Story:
    """One PK from the beginning to the archive, with an admin who interferes whenever chance wants it."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.refusals = self.interventions = 0

    def open_task(self) -> Task | None:
        found = self.world.all(db.select(Task).where(Task.state == "open", Task.kind == "user"))
        assert len(found) <= 1
        return found[0] if found else None

    def go_on(self) -> bool:
        """What the person whose turn it is does next; False at the end."""
        task = self.open_task()
        if task is None:
            return False
        act = {
            "info_satker": self._info,
            "penyusunan_pk": self._draft,
            "membuat_lembar": self._make,
            "persetujuan_kepala": self._head,
            "review_eselon_1": self._eselon,
        }[task.element]
        act()
        self.world.settle()
        return True

    def interfere(self) -> None:
        verb = self.chance.choice([None, self._hold, self._give, self._hold_while_given])
        task = self.open_task()
        if verb is not None and task is not None:
            self.interventions += 1
            verb(task)

    def check(self) -> None:
        """The data oracle: what was sent last under each key is what the case holds; and the chain is whole."""
        sent: dict[str, object] = {}
        for event in self.world.all(db.select(Event).order_by(Event.seq)):
            if event.kind in ("start", "submit"):
                sent |= event.data
        with self.world.app.app_context():
            case = db.session.get(Instance, 1)
            data = steps.read(definitions.of(case.definition_id), case.state).data
            assert {k: data.get(k) for k in sent} == sent
            assert broken_at(1) is None

    # ---- people

    def _info(self) -> None:
        pk.confirm_info(self._opened("Lengkapi Info Satker"))

    def _draft(self) -> None:
        page = self._opened("Penyusunan PK")
        page = self.world.operator().open(page.path + "?halaman=1")
        pk.draft(page, tempat=self.chance.choice(["Jakarta", "Bogor", "Depok"]))

    def _make(self) -> None:
        pk.make_sheet(self.world, self.world.operator())

    def _head(self) -> None:
        if self._refuses():
            pk.refuse(self.world.head(), pk.SIGN, f"Perbaiki target, catatan ke-{self.refusals}.")
        else:
            pk.approve(self.world, self.world.head(), pk.SIGN, SATU.head.passphrase)

    def _eselon(self) -> None:
        if self._refuses():
            pk.refuse(self.world.eselon(), pk.REVIEW, f"Perbaiki anggaran, catatan ke-{self.refusals}.")
        else:
            pk.approve(self.world, self.world.eselon(), pk.REVIEW, LITERASI.head.passphrase)

    def _refuses(self) -> bool:
        refuses = self.refusals < 2 and self.chance.random() < 0.5
        self.refusals += refuses
        return refuses

    def _opened(self, name: str) -> Page:
        return self.world.operator().open("/tugas").link(name)

    # ---- the admin

    def _hold(self, task: Task) -> None:
        """Suspended: whoever tries to send is refused, and nothing moves; then it goes on."""
        with self.world.app.app_context():
            suspend(1, Intervention(reason=WHY), clock.now())
        before = self._state()
        who = {"Kepala Satker": self.world.head, "Eselon 1": self.world.eselon}.get(task.role, self.world.operator)()
        page = who.post(f"/tugas/{task.id}?keputusan=tolak", keputusan="tolak", **PROBE)
        assert page.status in (409, 422) and "Ditangguhkan oleh admin: " + WHY in page.text, page.text
        self.world.settle()
        assert self._state() == before
        self.world.write(delete(Draft))  # what the probe typed
        with self.world.app.app_context():
            resume(1, Intervention(reason=WHY), clock.now())

    def _give(self, task: Task) -> None:
        """To the one who has the role, and mostly free again."""
        with self.world.app.app_context():
            holder = candidates(find(task.id), clock.now())[0].user_id
            reassign(task.id, None, holder, Intervention(reason=WHY), clock.now())
            if self.chance.random() < 0.7:
                reassign(task.id, holder, None, Intervention(reason=WHY), clock.now())

    def _hold_while_given(self, task: Task) -> None:
        self._hold(task)
        self._give(task)

    def _state(self) -> tuple[object, ...]:
        (case,) = self.world.all(db.select(Instance))
        return case.version, case.status, case.state


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_an_admin_does_in_between_the_pk_reaches_the_archive_whole(world: World, seed: int) -> None:
    story = Story(world, seed)
    pk.begin(world.operator())
    for _ in range(MOST):
        story.interfere()
        story.check()
        if not story.go_on():
            break
        story.check()
    (case,) = world.all(db.select(Instance))
    assert (case.status, case.phase) == ("PK Telah Ditandatangani", "ended")
    assert story.interventions >= 3
    kinds = world.all(db.select(Event.kind))
    assert kinds.count("suspend") == kinds.count("resume") and {"suspend", "reassign"} & set(kinds)
