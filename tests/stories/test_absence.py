"""Somebody is away: a substitute acts atas nama, with a passphrase of their own, for as long as it was said."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from app import clock
from app.documents import signatures
from app.flows import substitutes
from app.flows.rights import actor_of, local_day
from app.flows.substitutes import Wish
from app.models import Assignment, Audit, Certificate, Document, Event, Mail, Person, Substitution, Task, User, db
from tests import pk
from tests.visitor import Page, Visitor
from tests.world import DUA, EMPAT, LITERASI, SAINS, SATU, TIGA, World

WHY = "Cuti tahunan"
AN = f"{DUA.head.nama} a.n. {SATU.head.nama}"


def today() -> date:
    return local_day(clock.now())


def account(world: World, nip: str) -> User:
    return world.all(db.select(User).where(User.username == nip))[0]


def announce(
    who: Visitor,
    substitute: User,
    *,
    since: date | None = None,
    days: int = 7,
    reason: str = WHY,
    page: Page | None = None,
) -> Page:
    """Ketidakhadiran saya -> Tunjuk pengganti, filled in."""
    first = since or today()
    page = page or who.open("/pengganti/saya").link("Tunjuk pengganti")
    typed = {
        "pengganti": str(substitute.id), "mulai": first.isoformat(), "alasan": reason,
        "sampai": (first + timedelta(days=days)).isoformat(),
    }  # fmt: skip
    return page.form("/pengganti/baru").set(typed).press()


@pytest.fixture
def away(at_the_head: World) -> World:
    """The head of Satu is away; the head of Dua stands in."""
    page = announce(at_the_head.head(), account(at_the_head, DUA.head.nip))
    assert f"Pengganti {SATU.head.nama} untuk Kepala Satker, {SATU.nama} diatur" in page.text, page.text
    return at_the_head


def sheet(world: World) -> Document:
    return world.all(db.select(Document).order_by(Document.id.desc()))[0]


def signers(world: World, document: Document) -> list[signatures.SignatureReport]:
    content = world.app.extensions["alur"].documents.read(document.sha256)
    return signatures.inspect(content, [world.provider.root])


# ---- signing -------------------------------------------------------------------------------------------------------


def test_the_substitute_signs_with_their_own_passphrase_atas_nama(away: World) -> None:
    substitute = away.head(DUA)
    listed = substitute.open("/tugas")
    assert f"a.n. {SATU.head.nama}" in listed.text and f"Anda menggantikan {SATU.head.nama}" in listed.text
    page = listed.link(pk.SIGN)
    words = f"passphrase dan sertifikat Anda sendiri, {DUA.head.nama}, atas nama {SATU.head.nama} ({SATU.jabatan})"
    assert words in page.text
    pk.approve(away, substitute, pk.SIGN, DUA.head.passphrase)
    (report,) = signers(away, sheet(away))
    assert report.ok and DUA.head.nama.startswith(report.name.split(",")[0][:5])
    assert report.reason == f"a.n. {SATU.jabatan}, {SATU.head.nama}"
    assert f"{AN} (Kepala Satker)" in away.operator().open("/perkara/1").text
    assert "Disetujui oleh Kepala Satker" in away.operator().open("/kinerja/pk").text


def test_the_certificate_that_becomes_known_is_the_substitutes(away: World) -> None:
    pk.approve(away, away.head(DUA), pk.SIGN, DUA.head.passphrase)
    known = away.all(db.select(Person.nip).join(Certificate, Certificate.person_id == Person.id))
    assert known == [DUA.head.nip]


def test_neither_passphrase_opens_the_others_key(away: World) -> None:
    page = pk.approve(away, away.head(DUA), pk.SIGN, SATU.head.passphrase)
    assert page.status == 200 and sheet(away).kind == "draft"
    again = away.head(DUA).open("/tugas").link(pk.SIGN)
    assert again.tree.xpath("//*[@id='passphrase-error']"), "the error stands at the field too"
    assert away.provider.journal[-1]["result"] != "signed"


def test_who_is_away_may_still_act_themself(away: World) -> None:
    assert "Anda tetap dapat bertindak sendiri" in away.head().open("/tugas").text
    pk.approve(away, away.head(), pk.SIGN, SATU.head.passphrase)
    (report,) = signers(away, sheet(away))
    assert report.ok and report.reason == ""


def test_the_substitute_refuses_and_the_note_says_for_whom(away: World) -> None:
    pk.refuse(away.head(DUA), pk.SIGN, "Target indikator kedua terlalu rendah.")
    assert f"Dikembalikan oleh {AN} (Kepala Satker)" in away.operator().open("/tugas").link("Penyusunan PK").text


def test_a_pk_signed_by_two_substitutes_says_so_wherever_it_is_shown(away: World) -> None:
    announce(away.eselon(), account(away, SAINS.head.nip))
    pk.approve(away, away.head(DUA), pk.SIGN, DUA.head.passphrase)
    pk.approve(away, away.eselon(SAINS), pk.REVIEW, SAINS.head.passphrase)
    assert [(r.ok, r.reason) for r in signers(away, sheet(away))] == [
        (True, f"a.n. {SATU.jabatan}, {SATU.head.nama}"),
        (True, f"a.n. {LITERASI.jabatan}, {LITERASI.head.nama}"),
    ]
    document = sheet(away)
    public = away.operator().open(f"/verifikasi/{document.number}-{document.token}")
    kept = away.operator().open(f"/dokumentasi/{document.id}?periksa=1")
    for page in (public, kept, away.operator().open("/perkara/1")):
        for jabatan, head in ((SATU.jabatan, SATU.head), (LITERASI.jabatan, LITERASI.head)):
            assert f"a.n. {jabatan}, {head.nama}" in page.text or f"a.n. {head.nama} ({jabatan})" in page.text, (
                page.text
            )
    for n in (SATU.head.nik, DUA.head.nik, SAINS.head.nik):
        assert n not in public.html
    done = away.head(DUA).open("/tugas?lihat=selesai")
    assert f"a.n. {SATU.head.nama}" in done.text


def test_nobody_signs_for_both_parties(away: World) -> None:
    """Who signed a.n. Kepala Satker may not sign the same sheet a.n. Eselon 1; somebody else may."""
    announce(away.eselon(), account(away, DUA.head.nip))
    pk.approve(away, away.head(DUA), pk.SIGN, DUA.head.passphrase)
    page = away.head(DUA).open("/tugas").link(pk.REVIEW)
    before = len(away.provider.journal)
    page = page.form("/tugas/").fill(passphrase=DUA.head.passphrase).press()
    assert page.status == 422 and "Satu orang tidak menandatangani untuk kedua pihak" in page.text
    assert DUA.head.passphrase not in page.html and len(away.provider.journal) == before


def test_the_head_may_not_sign_as_eselon_1_what_names_them(at_the_head: World) -> None:
    announce(at_the_head.eselon(), account(at_the_head, SATU.head.nip))
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    page = at_the_head.head().open("/tugas").link(pk.REVIEW)
    page = page.form("/tugas/").fill(passphrase=SATU.head.passphrase).press()
    assert page.status == 422 and "Satu orang tidak menandatangani untuk kedua pihak" in page.text


def test_data_and_logs_hold_no_nik(away: World) -> None:
    pk.approve(away, away.head(DUA), pk.SIGN, DUA.head.passphrase)
    kept = [*away.all(db.select(Event.data)), *away.all(db.select(Audit.after)), *away.all(db.select(Mail.text))]
    assert kept and not any(n in str(kept) for n in (SATU.head.nik, DUA.head.nik))
    data = next(d for d in away.all(db.select(Event.data).where(Event.kind == "submit")) if "kepala" in d)
    assert data["kepala"]["atas_nama"] == {"nama": SATU.head.nama, "nip": SATU.head.nip, "jabatan": SATU.jabatan}
    assert data["kepala"]["oleh"] == {"nama": DUA.head.nama, "nip": DUA.head.nip}


# ---- when it ends --------------------------------------------------------------------------------------------------


def test_after_the_period_the_substitute_is_nobody_here(away: World) -> None:
    task = away.all(db.select(Task.id).where(Task.element == "persetujuan_kepala"))[0]
    substitute = away.head(DUA)
    assert substitute.open(f"/tugas/{task}").status == 200
    with clock.held(clock.now() + timedelta(days=8)):
        later = Visitor(away.app, DUA.head.nip, "kepala-contoh")
        assert pk.SIGN not in later.open("/tugas").text
        refused = later.open(f"/tugas/{task}")
        assert refused.status == 403 and f"Masa Anda sebagai pengganti {SATU.head.nama}" in refused.text
        assert later.open("/perkara/1").status == 404


def test_ended_between_opening_and_sending_nothing_is_sent(away: World) -> None:
    page = away.head(DUA).open("/tugas").link(pk.SIGN)
    before = len(away.provider.journal)
    ended = away.head().open("/pengganti/saya").form("/akhiri").press()
    assert "Penggantian diakhiri" in ended.text
    refused = page.form("/tugas/").fill(passphrase=DUA.head.passphrase).press()
    assert refused.status == 403
    assert "Passphrase yang sempat diketik tidak dikirim dan tidak disimpan" in refused.text
    away.settle()
    assert DUA.head.passphrase not in refused.html and len(away.provider.journal) == before
    assert sheet(away).kind == "draft"


def test_what_the_substitute_took_is_given_back_when_it_ends(away: World) -> None:
    away.head(DUA).open("/tugas").link(pk.SIGN).form("/klaim").press()
    took = account(away, DUA.head.nip).id
    assert away.all(db.select(Task.claimed_by).where(Task.kind == "user", Task.state == "open")) == [took]
    away.chores()
    assert away.all(db.select(Task.claimed_by).where(Task.kind == "user", Task.state == "open")) == [took]
    away.head().open("/pengganti/saya").form("/akhiri").press()
    assert away.all(db.select(Task.claimed_by).where(Task.kind == "user", Task.state == "open")) == [None]


def test_a_period_that_runs_out_gives_back_too(away: World) -> None:
    away.head(DUA).open("/tugas").link(pk.SIGN).form("/klaim").press()
    with clock.held(clock.now() + timedelta(days=9)):
        away.chores()
    assert away.all(db.select(Task.claimed_by).where(Task.kind == "user", Task.state == "open")) == [None]


def test_take_it_stands_there_only_where_others_could_take_it(at_the_head: World) -> None:
    assert "Ambil untuk saya" not in at_the_head.head().open("/tugas").link(pk.SIGN).text
    announce(at_the_head.head(), account(at_the_head, DUA.head.nip))
    assert "Ambil untuk saya" in at_the_head.head().open("/tugas").link(pk.SIGN).text


def test_a_done_task_of_somebody_elses_satker_is_no_dead_link(away: World) -> None:
    pk.approve(away, away.head(DUA), pk.SIGN, DUA.head.passphrase)
    away.head().open("/pengganti/saya").form("/akhiri").press()
    done = away.head(DUA).open("/tugas?lihat=selesai")
    assert pk.SIGN in done.text and not done.has_link(pk.SIGN)


# ---- appointing ----------------------------------------------------------------------------------------------------


def test_both_are_told_and_the_audit_list_knows(away: World) -> None:
    mails = away.all(db.select(Mail).where(Mail.kind == "pengganti").order_by(Mail.id))
    assert [m.address for m in mails] == [f"{h.nip}@contoh.example" for h in (DUA.head, SATU.head)]
    assert all(SATU.head.nama in m.text or DUA.head.nama in m.text for m in mails)
    (entry,) = away.all(db.select(Audit).where(Audit.kind == "pengganti"))
    assert entry.actor == SATU.head.nama and entry.after["pengganti"] == DUA.head.nama and entry.note == WHY


def test_an_admin_appoints_for_somebody_and_ends_it(at_the_head: World) -> None:
    admin = at_the_head.admin()
    form = admin.open("/pengganti/cari?cari=Sekar").link(SATU.head.nama)
    announce(admin, account(at_the_head, DUA.head.nip), page=form)
    assert AN in admin.open("/pengganti/").text
    assert pk.SIGN in at_the_head.head(DUA).open("/tugas").text
    assert "Belum ada" not in at_the_head.head().open("/pengganti/saya").text
    admin.open("/pengganti/").form("/akhiri").press()
    assert pk.SIGN not in at_the_head.head(DUA).open("/tugas").text
    assert "Selesai" in admin.open("/pengganti/?keadaan=selesai").text
    told = admin.open("/pengganti/?format=csv").answer.text
    assert SATU.head.nama in told and SATU.head.nik not in told


def test_a_substitute_who_is_not_registered_is_warned_about(at_the_head: World) -> None:
    """The head of Empat has no certificate yet; they stand in for the head of Tiga."""
    page = announce(at_the_head.head(TIGA), account(at_the_head, EMPAT.head.nip))
    assert "Pengganti belum dapat menandatangani" in page.text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"mulai": "2020-01-01"}, "mulai", "Tanggal mulai sudah lewat"),
        ({"sampai": "2020-01-01"}, "sampai", "Tanggal selesai mendahului tanggal mulai"),
        ({"sampai": "2099-01-01"}, "sampai", "Masa penggantian paling lama satu tahun"),
        ({"mulai": ""}, "mulai", "Tanggal mulai belum diisi"),
        ({"mulai": "besok"}, "mulai", "anggal"),
        ({"alasan": " "}, "alasan", "Alasan belum diisi"),
        ({"alasan": "x" * 301}, "alasan", "paling banyak 300"),
        ({"pengganti": ""}, "pengganti", "Pengganti belum dipilih"),
        ({"pengganti": "999999"}, "pengganti", ""),
        ({"pengganti": "x'--"}, "pengganti", ""),
    ],
)
def test_what_can_be_wrong(at_the_head: World, changes, field, sentence) -> None:
    page = at_the_head.head().open("/pengganti/saya").link("Tunjuk pengganti")
    typed = {
        "pengganti": str(account(at_the_head, DUA.head.nip).id), "mulai": today().isoformat(),
        "sampai": (today() + timedelta(days=3)).isoformat(), "alasan": WHY,
    }  # fmt: skip
    page = page.form("/pengganti/baru").set(typed | changes).press()
    assert page.status == 422 and sentence in page.text
    assert page.tree.xpath(f"//*[@id='{field}-error']"), page.text
    assert at_the_head.all(db.select(Substitution)) == []


@pytest.mark.parametrize("who", ["self", "operator", "telaah010000", "elsewhere", "closed"])
def test_who_can_not_be_a_substitute(at_the_head: World, who) -> None:
    """Oneself, who has no NIP and NIK, who prepares, another unit's head, a closed account."""
    name = {"self": SATU.head.nip, "operator": f"sim{SATU.kode}", "elsewhere": TIGA.head.nip, "closed": DUA.head.nip}
    other = account(at_the_head, name.get(who, who))
    if who == "closed":
        at_the_head.write(db.update(User).where(User.id == other.id).values(active=False))
    page = announce(at_the_head.head(), other)
    assert page.status == 422 and page.tree.xpath("//*[@id='pengganti-error']")
    assert at_the_head.all(db.select(Substitution)) == []


def test_a_reviewer_never_stands_in_for_who_decides(at_the_head: World) -> None:
    """Even one who has NIP and NIK."""
    reviewer = account(at_the_head, "telaah010000")
    person = at_the_head.all(db.select(Person).where(Person.nip == DUA.head.nip))[0]
    at_the_head.write(db.update(User).where(User.id == reviewer.id).values(person_id=person.id))
    assert announce(at_the_head.eselon(), reviewer).status == 422


def test_two_at_once_and_chains_are_refused_in_words(away: World) -> None:
    second = announce(away.head(), account(away, LITERASI.head.nip))
    assert second.status == 422 and "Sudah ada pengganti untuk" in second.text
    later = announce(away.head(), account(away, LITERASI.head.nip), since=today() + timedelta(days=30))
    assert later.status == 200
    back = announce(away.head(DUA), account(away, SATU.head.nip))
    assert back.status == 422 and "sendiri tidak hadir" in back.text


def test_absence_of_a_substitute_warns_and_passes_nothing_on(away: World) -> None:
    page = announce(away.head(DUA), account(away, LITERASI.head.nip))
    assert "Itu tidak beralih ke pengganti ini" in page.text
    assert pk.SIGN not in away.eselon().open("/tugas").text


def test_strangers_find_nothing_to_end_or_appoint(away: World) -> None:
    mine = away.all(db.select(Assignment.id).join(User).where(User.username == SATU.head.nip))[0]
    for stranger in (away.head(DUA), away.operator(), away.eselon(SAINS), away.biro()):
        assert stranger.open(f"/pengganti/baru/{mine}").status == 404
        assert stranger.post("/pengganti/1/akhiri").status == 404
        assert stranger.open("/pengganti/").status == 403
    assert away.admin().open("/pengganti/baru/999999").status == 404
    assert away.all(db.select(Substitution.until))[0] > today()


def test_two_who_appoint_at_once_make_one_substitution(at_the_head: World) -> None:
    """The head and an admin press at the same moment; one of them is told."""
    post = at_the_head.all(db.select(Assignment.id).join(User).where(User.username == SATU.head.nip))[0]
    people = [account(at_the_head, SATU.head.nip).id, account(at_the_head, "admin").id]
    wish = Wish(post, account(at_the_head, DUA.head.nip).id, today(), today() + timedelta(days=3), WHY)
    start, said = threading.Barrier(2), []

    def press(user_id: int) -> None:
        with at_the_head.app.app_context():
            who = actor_of(user_id, 2026, today())
            start.wait()
            try:
                substitutes.appoint(wish, who, clock.now())
                said.append("done")
            except substitutes.Refused as e:
                said.append(e.field)

    threads = [threading.Thread(target=press, args=(p,)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "mulai"]
    assert len(at_the_head.all(db.select(Substitution))) == 1


def test_progress_says_for_whom(away: World) -> None:
    assert f"Anda a.n. {SATU.head.nama} (Kepala Satker)" in away.head(DUA).open("/kinerja/progres").text


def test_ended_twice_is_said(away: World) -> None:
    page = away.head().open("/pengganti/saya").form("/akhiri")
    assert page.press().status == 200
    again = page.press()
    assert again.status == 409 and "sudah berakhir" in again.text


def test_one_that_has_not_begun_is_called_off(at_the_head: World) -> None:
    announce(at_the_head.head(), account(at_the_head, DUA.head.nip), since=today() + timedelta(days=10))
    assert pk.SIGN not in at_the_head.head(DUA).open("/tugas").text
    page = at_the_head.head().open("/pengganti/saya").form("/akhiri").press()
    assert "Dibatalkan" in page.text
    with clock.held(clock.now() + timedelta(days=12)):
        assert pk.SIGN not in Visitor(at_the_head.app, DUA.head.nip, "kepala-contoh").open("/tugas").text


def test_a_closed_account_passes_nothing_on(away: World) -> None:
    away.write(db.update(User).where(User.username == SATU.head.nip).values(active=False))
    assert pk.SIGN not in away.head(DUA).open("/tugas").text


def test_an_operator_is_substituted_by_a_colleague(drafting: World) -> None:
    page = announce(drafting.operator(), account(drafting, f"sim{DUA.kode}"))
    assert page.status == 200, page.text
    colleague = drafting.operator(DUA)
    assert f"a.n. {SATU.operator}" in colleague.open("/tugas").text
    assert f"Anda mengerjakan tugas ini a.n. {SATU.operator}" in colleague.open("/tugas").link("Penyusunan PK").text
    pk.draft(colleague.open("/tugas").link("Penyusunan PK"))
    drafting.settle()
    assert f"{DUA.operator} a.n. {SATU.operator} (Operator Satker)" in drafting.head().open("/perkara/1").text


def test_roles_that_reach_everywhere_are_not_passed_on(at_the_head: World) -> None:
    for visitor in (at_the_head.admin(), at_the_head.biro()):
        page = visitor.open("/pengganti/saya")
        assert page.status == 200 and not page.has_link("Tunjuk pengganti untuk")


def test_an_operator_who_has_not_begun_may_begin_right_here(world: World) -> None:
    page = world.operator().open("/tugas").form("/perkara/mulai").press()
    assert "Lengkapi Info Satker" in page.text
    assert not world.head().open("/tugas").has_form("/perkara/mulai")
