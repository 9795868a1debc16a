"""The kode captcha: five digits as a picture and as a voice, both made here.

The code travels in the login form itself, sealed together with a random id and the session's own token. Nothing is
stored until somebody tries: an attempt, right or wrong, spends the id for good. It is worth ten minutes, in the
session that asked for it.

The voices in `voices/<digit>/` say the digits in Indonesian. They were made with eSpeak NG (voices id, id+f2, id+m3)
and brought down to what AudioCaptcha mixes: 8 kHz, 8 bit, one channel.
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from flask import Flask, current_app, request, session
from flask_wtf.csrf import generate_csrf

from app import clock
from app.errors import InvalidConfig
from app.flows import delays
from app.web.limits import Limit
from app.web.sealed import seal, unseal

log = logging.getLogger(__name__)
DIGITS = 5
LIFE = timedelta(minutes=10)
_PURPOSE = "captcha"
VOICES = Path(__file__).parent / "voices"


class Limits:
    """A picture costs 20 ms and a voice 150 ms of a processor. An office behind one address is many people."""

    def __init__(self) -> None:
        self.pictures = (Limit(30, 60), Limit(240, 60))  # per session, per address
        self.voices = (Limit(6, 60), Limit(30, 60))


def init_captcha(app: Flask) -> None:
    """Reads CAPTCHA (on | off) and, only while TESTING, CAPTCHA_FIXED: the one code that is always made."""
    if app.config.get("CAPTCHA_FIXED") and not app.testing:
        raise InvalidConfig("CAPTCHA_FIXED makes every code the same: it is for tests only. Remove it.")
    if app.config.setdefault("CAPTCHA", "on") == "off":
        log.warning("CAPTCHA IS OFF: logins can be tried by programs. This is for load tests only.")
    app.extensions["alur_captcha"] = Limits()


def is_on() -> bool:
    return bool(current_app.config["CAPTCHA"] != "off")


def new_token() -> str:
    """A new code, sealed for this session."""
    fixed = current_app.config.get("CAPTCHA_FIXED") if current_app.testing else None
    code = fixed or "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    return seal(_PURPOSE, [secrets.token_hex(8), _who(), code])


def passes(token: str, typed: str) -> bool:
    """Whether `typed` is the code; whatever the answer, the token is spent. Spaces and dashes don't count."""
    if not is_on():
        return True
    known = _open(token)
    if known is None or not delays.spend(f"kode:{known[0]}", clock.now()):
        return False
    return hmac.compare_digest(known[1].encode(), re.sub(r"[\s.\-]", "", typed).encode())


def picture(token: str) -> bytes | None:
    """PNG of 240 x 80, dark on white in either theme; None where the token is not this session's or too old."""
    known = _open(token)
    if known is None:
        return None
    _take(_limits().pictures)
    return _drawn(known[1])


def _drawn(code: str) -> bytes:
    ink = (*(20 + secrets.randbelow(35) for _ in range(3)), 255)
    image = ImageCaptcha(width=240, height=80)
    # the library takes the lightness of the ink for how much of it to lay on: what is dark came out pale
    image.lookup_table = [min(255, 13 * light) for light in range(256)]
    drawn: BytesIO = image.generate(code, bg_color=(255, 255, 255), fg_color=ink)
    return drawn.getvalue()


def voice(token: str) -> bytes | None:
    """WAV of about ten seconds, the digits with pauses over a murmur; None as for `picture`."""
    known = _open(token)
    if known is None:
        return None
    _take(_limits().voices)
    return bytes(_speaker().generate(known[1]))


def _open(token: str) -> tuple[str, str] | None:
    """(id, code) of a token of this session."""
    known = unseal(_PURPOSE, token, LIFE)
    return (known[0], known[2]) if known and hmac.compare_digest(known[1], _who()) else None


def _who() -> str:
    generate_csrf()  # puts a random value into the session if there is none yet
    return str(session["csrf_token"])


def _limits() -> Limits:
    found: Limits = current_app.extensions["alur_captcha"]
    return found


def _take(limits: tuple[Limit, Limit]) -> None:
    limits[0].take(_who())
    limits[1].take(request.remote_addr or "?")


@cache
def _speaker() -> AudioCaptcha:
    speaker = AudioCaptcha(str(VOICES))
    speaker.load()
    return speaker
