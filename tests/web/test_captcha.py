"""The kode captcha: five digits for eye and ear, good for one attempt."""

# ruff: noqa: F811  (fixtures are imported by name)
from __future__ import annotations

import io
import logging
import re
import wave
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.exceptions import TooManyRequests

from app import clock
from app.errors import InvalidConfig
from app.models import Spent, db
from app.web import captcha
from app.web.limits import Limit
from tests.cast import (  # noqa: F401
    CODE,
    SARI,
    app,
    as_json,
    client,
    fields,
    held,
    small_app,
    type_login,
)


def source(page, kind):
    return re.search(rf'src="(/masuk/kode/[^"]+\.{kind})"', page.text)[1]


def test_the_picture_shows_in_the_session_that_asked(app, client):
    page = client.get("/masuk")
    answer = client.get(source(page, "png"))
    assert answer.mimetype == "image/png" and answer.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.data)).size == (240, 80)
    assert app.test_client().get(source(page, "png")).status_code == 404


def test_the_voice_says_the_same_digits_in_indonesian(client):
    page = client.get("/masuk")
    answer = client.get(source(page, "wav"))
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert sound.getframerate() == 8000
        assert 5 < sound.getnframes() / 8000 < 30
    assert "bahasa Indonesia" in page.text


def test_every_digit_has_voices():
    assert sorted(p.name for p in captcha.VOICES.iterdir()) == list("0123456789")
    assert all(len(list(p.glob("*.wav"))) == 3 for p in captcha.VOICES.iterdir())


def test_the_code_can_not_be_read_from_the_page(app, client):
    page = client.get("/masuk")
    assert CODE not in page.text
    with app.app_context():
        assert captcha.unseal("titipan", fields(page)["token"], captcha.LIFE) is None


def test_without_testing_codes_differ(app):
    app.testing = False
    with app.test_request_context():
        codes = {captcha._open(captcha.new_token())[1] for _ in range(20)}
    assert len(codes) > 15 and all(re.fullmatch(r"\d{5}", c) for c in codes)


@pytest.mark.parametrize("typed", [CODE, " 4 8 2 9 1 ", "48-291", "482.91"])
def test_spaces_and_dashes_do_not_matter(client, typed):
    assert type_login(client, SARI, kode=typed).status_code == 302


@pytest.mark.parametrize("typed", ["", "00000", "4829", "kode"])
def test_a_wrong_code_is_said_in_words(client, typed):
    answer = type_login(client, SARI, kode=typed)
    assert answer.status_code == 422 and captcha_words(answer)


def test_a_code_is_good_for_one_attempt(client):
    page = client.get("/masuk")
    assert type_login(client, SARI, page, password="salah").status_code == 422
    assert captcha_words(type_login(client, SARI, page))


def test_a_wrong_attempt_spends_it_too(client):
    page = client.get("/masuk")
    type_login(client, SARI, page, kode="00000")
    assert captcha_words(type_login(client, SARI, page))


def test_an_old_cookie_does_not_bring_a_spent_code_back(client):
    page = client.get("/masuk")
    before = client.get_cookie("alur").value
    type_login(client, SARI, page, password="salah")
    client.set_cookie("alur", before)
    assert captcha_words(type_login(client, SARI, page))


def test_after_ten_minutes_it_is_worth_nothing(client):
    page = client.get("/masuk")
    clock.advance(timedelta(minutes=10, seconds=1))
    assert captcha_words(type_login(client, SARI, page))


def test_a_code_of_another_session_is_worth_nothing(app, client):
    other = fields(app.test_client().get("/masuk"))["token"]
    assert captcha_words(type_login(client, SARI, token=other))


def test_nothing_is_stored_before_somebody_tries(app, client):
    client.get("/masuk")
    with app.app_context():
        assert db.session.scalars(select(Spent)).all() == []


def test_another_picture_keeps_what_was_typed(client):
    page = client.get("/masuk?next=/tugas")
    answer = type_login(client, SARI, page, baru="1", tahun="2025")
    assert answer.status_code == 200 and "Belum berhasil" not in answer.text
    assert f'value="{SARI}"' in answer.text and 'selected value="2025"' in answer.text
    assert fields(answer)["next"] == "/tugas"
    assert fields(answer)["token"] != fields(page)["token"]


def test_a_script_can_fetch_another_code(client):
    page = client.get("/masuk")
    new = as_json(client.get("/masuk/kode"))
    assert client.get(new["picture"]).status_code == client.get(new["voice"]).status_code == 200
    assert type_login(client, SARI, page, token=new["token"]).status_code == 302


def test_pictures_and_voices_can_not_be_asked_for_endlessly(client):
    page = client.get("/masuk")
    answers = [client.get(source(page, "wav")) for _ in range(7)]
    assert [a.status_code for a in answers] == [200] * 6 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert [client.get(source(page, "png")).status_code for _ in range(31)].count(429) == 1
    clock.advance(timedelta(minutes=1))
    assert client.get(source(page, "wav")).status_code == 200


def test_new_sessions_do_not_get_around_the_limit_of_the_address(app):
    codes = []
    for _ in range(6):
        client = app.test_client()
        page = client.get("/masuk")
        codes += [client.get(source(page, "wav")).status_code for _ in range(6)]
    assert codes.count(200) == 30


def test_a_limit_forgets_the_oldest_first(held, monkeypatch):
    monkeypatch.setattr("app.web.limits._KEYS", 2)
    limit = Limit(1, 60)
    for key in "abc":
        limit.take(key)
    limit.take("a")
    with pytest.raises(TooManyRequests):
        limit.take("c")


def test_off_is_for_load_tests_and_says_so_loudly(tmp_path, held, caplog):
    with caplog.at_level(logging.WARNING):
        app = small_app(tmp_path, CAPTCHA="off", CAPTCHA_FIXED=None)
    assert "CAPTCHA IS OFF" in caplog.text
    client = app.test_client()
    assert "kode captcha" not in client.get("/masuk").text.lower()
    assert type_login(client, SARI, kode="").status_code == 302


def test_a_fixed_code_is_refused_outside_of_tests(tmp_path):
    with pytest.raises(InvalidConfig, match="CAPTCHA_FIXED"):
        small_app(tmp_path, TESTING=False)


def captcha_words(answer):
    return "Kode captcha tidak cocok" in answer.text


def test_every_picture_is_dark_enough_to_read() -> None:
    """Of 200 pictures none is pale: the strokes stand at 4.5 : 1 against the white, as text does."""
    pale = []
    for _ in range(200):
        picture = Image.open(io.BytesIO(captcha._drawn("48291"))).convert("L")
        strokes = sorted(p for p in picture.tobytes() if p < 250)
        middle = strokes[len(strokes) // 3]  # the rest are edges, which fade into the white
        light = ((middle / 255 + 0.055) / 1.055) ** 2.4
        if 1.05 / (light + 0.05) < 4.5:
            pale.append(middle)
    assert pale == []
