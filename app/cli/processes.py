"""What `flask deploy` says of each process, and `flask versions`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from app.flows import deploy
from app.flows.deploy import Brought
from app.flows.diagrams import drafts, ready
from app.flows.diagrams import versions as published
from app.flows.mails import link

MOST = 40  # sentences of a difference; all of them stand on the draft's page


def told(brought: Brought) -> Iterator[str]:
    """The lines for the screen; for a draft with what differs from the version that stays."""
    head, page = f"{brought.process}: ", link(f"/proses/draf/{brought.draft_id}/terbitkan")
    if brought.what == deploy.NEW:
        yield f"{head}versi {brought.version} diterbitkan"
    elif brought.what == deploy.KNOWN:
        yield f"{head}versi {brought.version} sudah ada"
    elif brought.what == deploy.DRAFTED:
        yield f"{head}berkas ini sudah menjadi draf {brought.draft_id}; versi {brought.version} tetap dipakai. {page}"
    else:
        yield (
            f"{head}versi {brought.version} terbit dari editor dan berbeda dari berkas ini, jadi tetap dipakai. "
            f"Berkasnya menjadi draf {brought.draft_id}: {page}"
        )
        yield from _differs(brought.draft_id or 0)


def _differs(draft_id: int) -> Iterator[str]:
    draft = drafts.read(draft_id)
    words = ready.words(draft.base.files if draft.base else None, draft.files)
    yield from (f"  - {w}" for w in words[:MOST])
    if len(words) > MOST:
        yield f"  ... dan {len(words) - MOST} perubahan lagi"


@click.command()
@click.argument("process", required=False)
def versions(process: str | None) -> None:
    """List the published versions of PROCESS, or of all processes."""
    for found in published.processes():
        if found.newest is None or process not in (None, found.process):
            continue
        for row in published.history(found.process, limit=10_000):
            who = row.publisher or "berkas"
            click.echo(f"{row.process}  versi {row.version}  {row.published_at:%Y-%m-%d %H:%M} UTC  {who}  {row.note}")
