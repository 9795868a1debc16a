"""Both signatures of a PK by the real local provider, a process of its own, as the client waits for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.sdk.secrets import Passphrase
from benchmarks.measure import Figure, Samples, p50, p95, spread
from benchmarks.sheet import made
from service_tasks.tte.client import Appearance, TteClient
from tests.local_provider import BUDI, SITI, LocalProvider, register

LINK = "http://127.0.0.1:8000/verifikasi/PK-2026-100101-1-AbCdEfGhIjKlMnOpQrStUv"


def run(quick: bool = False) -> list[Figure]:
    """Wall: the sheet of three pages goes there twice over HTTP and comes back with two visible stamps."""
    turns = 2 if quick else 20
    pdf = made()
    with tempfile.TemporaryDirectory(prefix="bench-tte-") as folder:
        register(Path(folder) / "data", BUDI, SITI)
        provider = LocalProvider(Path(folder) / "data")
        try:
            client = TteClient.from_settings(provider.settings)
            _pair(client, pdf)
            samples = Samples()
            for _ in range(turns):
                samples.time(lambda: _pair(client, pdf))
        finally:
            provider.stop()
    detail = {"ms_p95": p95(samples.wall), "client_cpu_ms": p50(samples.cpu), "bytes": len(pdf)}
    return [Figure("sign_pair_ms", p50(samples.wall), "ms", ("<", 1000), spread(samples.wall), detail)]


def _pair(client: TteClient, pdf: bytes) -> bytes:
    once = _sign(client, pdf, BUDI, 120)
    return _sign(client, once, SITI, 360)


def _sign(client: TteClient, pdf: bytes, card: object, x: float) -> bytes:
    place = Appearance(page=1, x=x, y=160, width=80, height=80, link=LINK)
    passphrase = Passphrase(card.passphrase)  # type: ignore[attr-defined]
    return client.sign(pdf, card.nik, passphrase, place).pdf  # type: ignore[attr-defined]
