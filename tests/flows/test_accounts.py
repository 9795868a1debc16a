"""Who is let in, who waits, and that nobody can lock out somebody else."""

# ruff: noqa: F811  (fixtures are imported by name)
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from app import clock
from app.errors import Conflict, InvalidInput, NotFound
from app.flows import accounts, delays
from app.flows.accounts import FIRST_PASSWORD, Device, Refusal, account_key, authenticate, create_user, set_password
from app.models import Delay, User, db
from tests.cast import NOW, PASSWORD, SARI, TONO, account, app, database, held  # noqa: F401

pytestmark = pytest.mark.usefixtures("database")
OFFICE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def attempt(username=SARI, password=PASSWORD, address=OFFICE, device=None):
    return authenticate(username, password, address, clock.now(), device)


def guess(times, username=SARI, address=ELSEWHERE, device=None):
    """Somebody guesses, and waits as long as it takes."""
    for _ in range(times):
        answer = attempt(username, "salah", address, device)
        assert isinstance(answer, Refusal)
        clock.advance(timedelta(seconds=answer.wait_seconds))
    return answer


def sari_s_browser() -> Device:
    return Device("a1", frozenset({account_key(SARI)}))


def test_sari_comes_in():
    assert attempt().username == SARI


def test_a_nip_typed_with_spaces_comes_in():
    assert attempt("19800101 200501 2 001").username == "198001012005012001"


def test_capitals_of_the_username_do_not_matter():
    assert attempt("SIM100101 ").username == SARI


@pytest.mark.parametrize("password", ["", "salah", PASSWORD.upper(), PASSWORD + "x" * 300])
def test_a_wrong_password_is_refused(password):
    assert isinstance(attempt(password=password), Refusal)


def test_unknown_closed_and_wrong_get_the_same_words():
    account(TONO).active = False
    db.session.commit()
    answers = {attempt(u, p).words for u, p in [("sim999999", "x"), (TONO, PASSWORD), (SARI, "x")]}
    assert answers == {accounts.WRONG}


def test_unknown_and_wrong_do_the_same_work(monkeypatch):
    done = []

    class Counting:
        def verify(self, *a):
            done.append(a[0][:30])
            return PasswordHasher().verify(*a)

    monkeypatch.setattr(accounts, "hasher", Counting())
    attempt("sim999999", "x")
    attempt(SARI, "x")
    assert len(done) == 2 and done[0] == done[1]  # one hash each, of the same cost


def test_guessing_grows_slow_and_never_longer_than_a_minute():
    waits = []
    for _ in range(12):
        answer = attempt(password="salah")
        waits.append(answer.wait_seconds)
        clock.advance(timedelta(seconds=answer.wait_seconds))
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_during_the_wait_even_the_right_password_is_not_looked_at():
    for _ in range(4):
        attempt(password="salah")
    answer = attempt()
    assert answer == Refusal(accounts.WAIT.format(2), 2)
    clock.advance(timedelta(seconds=2))
    assert attempt().username == SARI


def test_trying_during_the_wait_does_not_lengthen_it():
    for _ in range(30):
        attempt(password="salah", address=OFFICE)
    clock.advance(timedelta(seconds=2))
    assert isinstance(attempt(), User)


def test_after_a_login_counting_starts_anew():
    guess(3)
    attempt()
    assert guess(3).wait_seconds == 0


def test_an_hour_of_quiet_is_forgotten():
    guess(8)
    clock.advance(timedelta(hours=1, seconds=1))
    assert guess(3).wait_seconds == 0


def test_guesses_at_sari_do_not_delay_tono():
    guess(8)
    assert isinstance(attempt(TONO), User)


def test_others_can_not_delay_sari_in_her_own_browser():
    for _ in range(30):
        attempt(password="salah", address=OFFICE)
    assert isinstance(attempt(), Refusal)
    assert attempt(device=sari_s_browser()).username == SARI


def test_a_stolen_cookie_gives_its_thief_a_delay_of_their_own():
    for _ in range(6):
        answer = attempt(password="salah", device=sari_s_browser())
    assert answer.wait_seconds == 2
    assert attempt().username == SARI  # and Sari at another machine notices nothing


def test_the_cookie_of_tono_does_not_open_the_way_to_sari():
    for _ in range(5):
        attempt(password="salah")
    assert isinstance(attempt(device=Device("b2", frozenset({account_key(TONO)}))), Refusal)


def test_one_address_that_tries_many_accounts_has_to_wait():
    for n in range(21):
        answer = attempt(f"sim{n:06}", "operator", ELSEWHERE)
    assert answer.wait_seconds == 1
    assert isinstance(attempt(TONO, address=ELSEWHERE), Refusal)
    assert isinstance(attempt(TONO, address=OFFICE), User)


def test_an_own_account_does_not_buy_guesses_at_others():
    for n in range(21):
        attempt(f"sim{n:06}", "operator", ELSEWHERE)
    clock.advance(timedelta(seconds=1))
    attempt(TONO, address=ELSEWHERE)
    row = db.session.get(Delay, f"alamat:{ELSEWHERE}")
    assert row.failures == 21


def test_an_office_that_logs_in_all_morning_never_waits():
    assert all(isinstance(attempt(u), User) for u in [SARI, TONO] * 30)


def test_neighbours_in_one_ipv6_network_count_as_one():
    assert accounts.network("2001:db8:1:2::1") == accounts.network("2001:db8:1:2:ffff::9")
    assert accounts.network("::ffff:203.0.113.7") == OFFICE
    assert accounts.network("") == "?"


def test_ten_guesses_at_once_are_not_one(app):
    def one(_):
        with app.app_context():
            return authenticate(SARI, "salah", ELSEWHERE, NOW).words

    with ThreadPoolExecutor(10) as pool:
        words = list(pool.map(one, range(10)))
    assert sum(w.startswith(accounts.WRONG) for w in words) == 4  # three free ones, and the one that begins the wait


def test_nothing_of_the_name_or_the_password_stands_among_the_delays():
    guess(1)
    rows = " ".join(d.key for d in db.session.scalars(db.select(Delay)))
    assert SARI not in rows and "salah" not in rows


def test_old_parameters_are_brought_up_to_date_at_login():
    user = account(SARI)
    user.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    db.session.commit()
    attempt()
    assert not accounts.hasher.check_needs_rehash(account(SARI).password_hash)
    assert isinstance(attempt(), User)


def test_a_new_account_has_the_guide_s_password_and_must_change_it():
    create_user("SIM 100102", " Wati ")
    user = attempt("sim100102", FIRST_PASSWORD)
    assert (user.username, user.nama) == ("sim100102", "Wati")
    assert accounts.must_change(user, FIRST_PASSWORD)


def test_whatever_an_admin_sets_must_be_changed_too():
    user = set_password(account(SARI).id, "dari admin saja", first=True)
    assert accounts.must_change(attempt(password="dari admin saja"), "dari admin saja")
    set_password(user.id, "pilihan saya sendiri")
    assert not accounts.must_change(attempt(password="pilihan saya sendiri"), "pilihan saya sendiri")


def test_a_new_password_ends_all_sessions():
    before = account(SARI).epoch
    assert set_password(account(SARI).id, "pilihan saya sendiri").epoch == before + 1
    assert isinstance(attempt(), Refusal)


@pytest.mark.parametrize(
    "password", ["pendek", "x" * 201, "operator", "operator12345", "password2026", "aaaaaaaaaaaa", "sim100101!!"]
)
def test_passwords_that_are_easy_to_guess_are_refused_in_words(password):
    with pytest.raises(InvalidInput, match="Password"):
        set_password(account(SARI).id, password)
    assert isinstance(attempt(), User)


def test_a_username_is_given_once():
    with pytest.raises(Conflict, match="sim100101"):
        create_user("sim100101", "Orang lain")
    assert account(SARI).nama.startswith("Sari")


@pytest.mark.parametrize(("username", "nama"), [("ab", "X"), ("ada spasi!", "X"), ("<b>", "X"), ("sim100109", " ")])
def test_a_username_without_shape_is_refused(username, nama):
    with pytest.raises(InvalidInput):
        create_user(username, nama)


def test_an_unknown_account_gets_no_password():
    with pytest.raises(NotFound):
        set_password(999, "pilihan saya sendiri")


def test_a_code_is_spent_once():
    assert delays.spend("kode:1", NOW)
    assert not delays.spend("kode:1", NOW)


def test_a_day_later_nothing_of_it_is_kept():
    guess(2)
    delays.spend("kode:1", NOW)
    delays.sweep(clock.now() + timedelta(days=1, seconds=1))
    assert db.session.scalar(db.select(db.func.count()).select_from(Delay)) == 0
    assert delays.spend("kode:1", NOW)
