"""What a caller asks for with POST /api/sign/pdf, read from the form's fields and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class BadRequest(Exception):
    """The request can't be carried out; the message is the `error` of the answer."""


@dataclass(frozen=True)
class Place:
    """Where the visible stamp stands: points from the page's bottom-left corner, or where a tag is found."""

    page: int = 1  # from 1
    x: float = 0
    y: float = 0
    width: float = 100
    height: float = 100
    tag: str | None = None  # its text decides page, x and y


@dataclass(frozen=True)
class Wish:
    """The signature as asked for. `place` is None for an invisible one."""

    place: Place | None = None
    link: str | None = None  # the QR code's content
    image: bytes | None = None  # JPEG or PNG
    reason: str | None = None
    location: str | None = None
    text: str | None = None  # one line under the QR code


def read_wish(fields: Mapping[str, str], image: bytes | None) -> Wish:
    """The wish behind the multipart fields of version 1; BadRequest says which field is missing or wrong.

    `tampilan` decides; absent, it is invisible (the commonest call has the three required fields only). `image`
    is true or false as text, "1" or empty.
    """
    notes = {name: fields.get(name) or None for name in ("reason", "location", "text")}
    shown = (fields.get("tampilan") or "invisible").lower()
    if shown not in ("visible", "invisible"):
        raise BadRequest("Parameter tampilan harus visible atau invisible")
    if shown == "invisible":
        return Wish(reason=notes["reason"], location=notes["location"])
    with_image = (fields.get("image") or "").lower() in ("true", "1")
    if with_image and not image:
        raise BadRequest("Parameter imageTTD wajib diisi untuk image true")
    if not with_image and not fields.get("linkQR"):
        raise BadRequest("Parameter linkQR wajib diisi untuk image false")
    return Wish(_place(fields), None if with_image else fields["linkQR"], image if with_image else None, **notes)


def _place(fields: Mapping[str, str]) -> Place:
    page = int(_number(fields, "page", _number(fields, "halaman", 1)))
    width, height = _number(fields, "width", 100), _number(fields, "height", 100)
    if page < 1 or width <= 0 or height <= 0:
        raise BadRequest("Parameter page, width dan height harus lebih besar dari nol")
    x, y = _number(fields, "xAxis", 0), _number(fields, "yAxis", 0)
    return Place(page, x, y, width, height, fields.get("tag_koordinat") or None)


def _number(fields: Mapping[str, str], name: str, default: float) -> float:
    text = fields.get(name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        raise BadRequest(f"Parameter {name} harus berupa angka") from None
    if not -100_000 < number < 100_000:
        raise BadRequest(f"Parameter {name} di luar jangkauan")
    return number
