# ruff: noqa: F811  (fixtures are imported by name)
"""Why a case is where it is, in every state that a PK goes through, as an admin reads it on the case's page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.flows import audit, casefile, lookback, suspend, why
from app.flows.cancel import cancel
from app.flows.intervention import Intervention
from app.models import Assignment, Event, Instance, Job, Task, User, db
from tests import pk
from tests.stories.conftest import archived, at_eselon, at_the_head, cut_off, drafting  # noqa: F401 - fixtures
from tests.visitor import Page
from tests.world import SATU, World, provider, stages  # noqa: F401 - fixtures

REASON = Intervention(reason="Satker digabung mulai tahun ini.")


def page(world: World) -> Page:
    return world.admin().open("/instans/1")


def reason(world: World) -> str:
    """The section that says why."""
    section = page(world).tree.xpath("//section[@aria-labelledby='mengapa']")[0]
    return " ".join(section.text_content().split())


def facts(world: World) -> why.Why:
    with world.app.app_context():
        case = casefile.of(db.session.get_one(Instance, 1))
        return why.why(case, why.view_of(case))


def test_while_it_is_drafted_it_waits_for_the_operator(drafting: World) -> None:
    words = reason(drafting)
    assert "Penyusunan PK, tugas Operator Satker, sejak" in words
    assert "Yang dapat mengerjakannya: Rani Pertiwi" in words
    assert "Batas waktu" in words and "Pengingat berikutnya" in words
    assert "Menunggu layanan" not in words and "Macet" not in words


def test_at_the_head_it_names_the_head_the_timer_and_who_may_withdraw(at_the_head: World) -> None:
    words = reason(at_the_head)
    assert f"Yang dapat mengerjakannya: {SATU.head.nama}" in words
    assert "Menunggu waktu 3 hari kerja tercapai" in words
    assert "selama Tandatangani PK (Approved PK) masih terbuka" in words
    assert "Tarik kembali, bila Operator Satker (Rani Pertiwi) memilihnya." in words
    (timer,) = facts(at_the_head).timers
    assert [timer.at] == at_the_head.all(db.select(Instance.next_timer))


def test_where_nobody_holds_the_role_it_says_so_and_what_to_do(at_the_head: World) -> None:
    at_the_head.write(db.delete(Assignment).where(Assignment.role == "Kepala Satker"))
    words = reason(at_the_head)
    assert "Tidak ada yang memegang peran Kepala Satker di satker 100101. Beri peran itu kepada seseorang" in words


def test_it_names_who_has_taken_the_task_and_says_when_they_can_no_longer_do_it(at_eselon: World) -> None:
    eselon = at_eselon.eselon()
    at_eselon.write(db.update(Task).where(Task.state == "open").values(claimed_by=_id(at_eselon, eselon.username)))
    assert "Diambil oleh Prof. Dr. Bagas Wirayudha, M.Pd." in reason(at_eselon)
    at_eselon.write(db.delete(Assignment).where(Assignment.role == "Eselon 1"))
    assert "Ia tidak lagi memegang peran ini: alihkan tugasnya" in reason(at_eselon)


def test_a_service_that_is_down_shows_its_next_try_and_at_last_the_incident(cut_off: World) -> None:
    pk.to_drafting(cut_off)
    pk.draft(cut_off.operator().open("/tugas").link("Penyusunan PK"))
    assert "Cek registrasi TTE akan dipanggil pekerja begitu ia sempat" in reason(cut_off)
    job = cut_off.all(db.select(Job))[0]
    cut_off.write(
        db.update(Job).values(
            tries=2, message="Penyedia TTE tidak terjangkau.", run_at=clock.now() + timedelta(hours=1)
        )
    )
    words = reason(cut_off)
    assert f"Percobaan berikutnya, ke-3 dari {job.max_tries}" in words
    assert "Pesan terakhir: Penyedia TTE tidak terjangkau." in words
    cut_off.write(db.update(Job).values(state="running", lease_until=clock.now() + timedelta(minutes=5)))
    assert "sedang dipanggil. Bila tidak ada kabar sampai" in reason(cut_off)
    cut_off.write(db.update(Job).values(state="incident", tries=5))
    words = reason(cut_off)
    assert "Cek registrasi TTE terhenti karena insiden: Penyedia TTE tidak terjangkau." in words
    assert f"Sudah 5 kali dicoba dari {job.max_tries}." in words and "Macet" not in words


def test_a_call_with_a_passphrase_names_who_typed_it(at_the_head: World) -> None:
    head = _id(at_the_head, at_the_head.head().username)
    at_the_head.write(db.update(Task).where(Task.state == "open").values(state="done"))
    at_the_head.write(
        db.insert(Job.__table__).values(
            id="j" * 32, instance_id=1, element="tte_kepala", name="TTE Kepala Satker", operator="tte.sign", params={},
            attended=True, signer_id=head, run_at=clock.now(), created_at=clock.now(),
        )
    )  # fmt: skip
    assert f"TTE Kepala Satker menunggu passphrase {SATU.head.nama} dipakai." in reason(at_the_head)


def test_a_suspended_case_names_who_suspended_it_and_why(at_the_head: World) -> None:
    with at_the_head.app.app_context():
        suspend.suspend(1, REASON, clock.now())
    words = reason(at_the_head)
    assert "Ditangguhkan" in words and "Satker digabung mulai tahun ini." in words
    assert "Tandatangani PK (Approved PK)" in words  # what goes on once it is resumed
    assert "baru berlaku setelah perkara dilanjutkan" in words


def test_an_ended_case_says_where_it_ended(archived: World) -> None:
    words = reason(archived)
    assert words.startswith("Mengapa perkara ini di sini, dan apa yang akan menggerakkannya Selesai")
    assert "Tidak ada yang akan menggerakkannya lagi." in words
    over = facts(archived).over
    assert over is not None and over.reason == "PK Telah Ditandatangani"


def test_a_cancelled_case_says_who_and_why_and_stands_nowhere(at_the_head: World) -> None:
    with at_the_head.app.app_context():
        cancel(1, REASON, clock.now())
        case = casefile.of(db.session.get_one(Instance, 1))
        assert why.tokens(case, why.view_of(case)) == []
    words = reason(at_the_head)
    assert "Dibatalkan" in words and "Alasannya: Satker digabung mulai tahun ini." in words


def test_a_case_that_nothing_will_move_says_so(drafting: World) -> None:
    drafting.write(db.update(Task).values(state="gone"))
    assert facts(drafting).nothing
    assert "Macet." in reason(drafting)


def test_each_gateway_tells_its_expression_what_it_saw_and_the_way_it_took(at_the_head: World) -> None:
    pk.refuse(at_the_head.head(), pk.SIGN, "Target indikator kedua masih terlalu rendah.")
    at_the_head.settle()
    with at_the_head.app.app_context():
        found, more = lookback.decisions(1)
    assert more is None
    assert [(d.gateway, d.target) for d in found] == [
        ("Disetujui Kepala Satker?", "PK Ditolak"),
        ("Data sudah sesuai?", "Buat draft PDF Lembar PK"),
        ("NIK terdaftar?", "Membuat Lembar PK"),
    ]
    refused, made, registered = found
    assert refused.default and not made.default
    assert (made.expression, [(s.path, s.value) for s in made.seen]) == (
        "langkah_lembar == 'buat'", [("langkah_lembar", "buat")],
    )  # fmt: skip
    assert [(s.path, s.value) for s in registered.seen] == [("registrasi.terdaftar", True)]
    section = page(at_the_head).tree.xpath("//section[@aria-labelledby='keputusan']")[0]
    words = " ".join(section.text_content().split())
    assert "registrasi.terdaftar = ya" in words and "langkah_lembar = buat" in words
    assert "Syarat itu tidak terpenuhi" in words


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("a.b == 1 and c", {"a": {"b": 1}, "c": False}, [("a.b", 1, True), ("c", False, True)]),
        ("isi(pagu, 0) > 10", {}, [("pagu", None, False)]),
        ("x == 'a.b' or x == \"y\"", {"x": "y"}, [("x", "y", True)]),
        ("a.b.c > 2", {"a": {"b": 7}}, [("a.b.c", None, False)]),
        ("", {}, []),
    ],
)
def test_what_an_expression_saw(expression: str, values: dict, expected: list) -> None:
    assert [(s.path, s.value, s.there) for s in lookback.seen(expression, values)] == expected


def test_looking_back_shows_what_was_then(archived: World) -> None:
    with archived.app.app_context():
        events = db.session.scalars(db.select(Event).order_by(Event.seq)).all()
        looks = {e.seq: lookback.look(1, e.seq) for e in events}
        drafted = next(e for e in events if e.element == "penyusunan_pk")
        before, after, last = looks[drafted.seq - 1], looks[drafted.seq], looks[events[-1].seq]
        assert before.tokens == ["penyusunan_pk"] and after.tokens == ["cek_tte"] and last.tokens == []
        assert before.view is not None and "pk" not in before.view.data
        assert after.view is not None and after.view.data["pk"] == drafted.data["pk"]
        assert "penyusunan_pk" in after.done and "penyusunan_pk" not in before.done
        assert (looks[1].previous, last.next) == (None, None)


def test_a_page_of_the_past_shows_its_data_and_the_way_on(archived: World) -> None:
    admin = archived.admin()
    seq = archived.all(db.select(Event.seq).where(Event.element == "penyusunan_pk"))[0]
    page = admin.open(f"/instans/1/langkah/{seq}")
    assert page.status == 200 and "Meningkatnya minat baca masyarakat" in page.text and "1.250.000.000" in page.text
    assert page.has_link(f"Langkah {seq + 1}")
    assert admin.open("/instans/1/langkah/999").status == admin.open("/instans/2/langkah/1").status == 404


def test_no_nik_stands_in_what_an_admin_reads(archived: World) -> None:
    admin = archived.admin()
    pages = [admin.open("/instans/1"), *(admin.open(f"/instans/1/langkah/{n}") for n in range(1, 8))]
    assert all(SATU.head.nik not in p.html for p in pages)
    assert audit.mask(SATU.head.nik) != SATU.head.nik


def test_a_history_that_was_changed_is_told(at_the_head: World) -> None:
    assert "Rantai hash riwayat utuh" in page(at_the_head).text
    at_the_head.write(db.update(Event).where(Event.seq == 3).values(actor="Orang lain"))
    assert "Rantai hash riwayat putus di langkah 3" in page(at_the_head).text


def _id(world: World, username: str) -> int:
    return int(world.all(db.select(User.id).where(User.username == username))[0])


def test_gateways_of_a_long_history_come_in_pages_and_none_is_lost(at_the_head: World) -> None:
    with at_the_head.app.app_context():
        last = db.session.scalars(db.select(Event).where(Event.element == "cek_tte")).one()
        kept = {c.name: getattr(last, c.name) for c in Event.__table__.columns if c.name not in ("id", "seq")}
        db.session.execute(db.insert(Event), [kept | {"seq": n} for n in range(100, 350)])
        db.session.commit()
        found, before = [], None
        while True:
            part, before = lookback.decisions(1, before, size=40)
            found += part
            if before is None:
                break
    assert [d.seq for d in found] == [*range(349, 99, -1), 5, 4]
