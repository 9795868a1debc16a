"""What the diagram wants signed: the parameters of `tte.sign`, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.sdk.json import JsonObject
from app.sdk.services import Call
from service_tasks.tte import words
from service_tasks.tte.client import Appearance


class WrongOrder(Exception):
    """A parameter of the diagram is missing or of the wrong kind; the message says which."""


@dataclass(frozen=True)
class Order:
    """One signature to be had: which document, how it shows, how many signatures there must be afterwards."""

    sha256: str
    number: str
    token: str
    name: str
    signatures: int
    appearance: Appearance
    renewed: bool  # the signer has said that their certificate is a new one


def read_order(call: Call) -> Order:
    """The order behind a call; WrongOrder if the diagram gives nonsense.

    Parameters: `dokumen` {"sha256", "number", "token", "name"?}; `tanda_tangan`, a number; `tempat` {"halaman", "x",
    "y", "lebar", "tinggi"} (or "page", "width", "height") or {"tag", "lebar", "tinggi"}, whose entries may also stand
    among the parameters themselves; `alasan`; `atas_nama` {"nama", "jabatan"}, for whom the signer signs, or nothing;
    `lokasi`; `tautan`, the QR code's content (default: the page that verifies the document); `sertifikat_baru`.
    Without `halaman` and `tag` the signature doesn't show.
    """
    document = call.params.get("dokumen")
    if not isinstance(document, dict) or not document.get("sha256"):
        raise WrongOrder(words.MISSING)
    number, token = str(document.get("number", "")), str(document.get("token", ""))
    link = str(call.params.get("tautan") or f"{call.ports.public_url.rstrip('/')}/verifikasi/{number}-{token}")
    return Order(
        sha256=str(document["sha256"]),
        number=number,
        token=token,
        name=str(document.get("name") or f"{number or 'dokumen'}.pdf"),
        signatures=int(_number(call.params, "tanda_tangan", 1)),
        appearance=_appearance(call.params, link, *_behalf(call)),
        renewed=call.params.get("sertifikat_baru") is True or call.data.get("sertifikat_baru") is True,
    )


def _appearance(params: JsonObject, link: str, behalf: str, text: str) -> Appearance:
    place = params.get("tempat") or {}
    if not isinstance(place, dict):
        raise WrongOrder(words.WRONG_PARAMETER.format(name="tempat", kind="halaman, x, y, lebar dan tinggi"))
    place = {name: params[name] for name in _PLACE if params.get(name) is not None} | place
    place = {_ENGLISH.get(name, name): value for name, value in place.items()}
    tag = place.get("tag") or None
    page = None if place.get("halaman") is None else int(_number(place, "halaman", 1))
    return Appearance(
        page=page,
        x=_number(place, "x", 0),
        y=_number(place, "y", 0),
        width=_number(place, "lebar", 80),
        height=_number(place, "tinggi", 80),
        tag=str(tag) if tag else None,
        link=link,
        reason=". ".join(part for part in (str(params.get("alasan") or params.get("reason") or ""), behalf) if part),
        location=str(params.get("lokasi") or ""),
        text=text,
    )


def _behalf(call: Call) -> tuple[str, str]:
    """("a.n. Kepala Balai, Dra. Sekar", "oleh Drs. Harun a.n.") for the signature and for the line beside its stamp;
    the name of who is absent stands on the sheet beneath it already. Two "" for who signs for themself.
    """
    absent = call.params["atas_nama"] if "atas_nama" in call.params else _decided_for(call)
    if not isinstance(absent, dict) or not absent.get("nama"):
        return "", ""
    whom = ", ".join(str(absent[k]) for k in ("jabatan", "nama") if absent.get(k))
    return f"a.n. {whom}", f"oleh {call.signer.name} a.n." if call.signer else ""


def _decided_for(call: Call) -> object:
    """Cases that began under a diagram without the parameter: for whom the signer decided, by the case's data."""
    decisions = [d for d in call.data.values() if isinstance(d, dict) and d.get("keputusan") == "setuju"]
    nip = call.signer.nip if call.signer else ""
    mine = (d for d in decisions if isinstance(d.get("oleh"), dict) and nip and d["oleh"].get("nip") == nip)
    return next((d.get("atas_nama") for d in mine), None)


_PLACE = ("halaman", "x", "y", "lebar", "tinggi", "tag")
_ENGLISH = {"page": "halaman", "width": "lebar", "height": "tinggi"}  # as the sheet names its own places


def _number(values: dict[str, Any], name: str, default: float) -> float:
    value = values.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongOrder(words.WRONG_PARAMETER.format(name=name, kind="angka"))
    return float(value)
