"""Tell admins of incidents: nothing moves there by itself, so nobody should find out by chance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, cast, literal, select

from app.flows import mails, notices
from app.flows.holders import holders
from app.flows.letters import AT_ONCE, body
from app.flows.mails import Letter, link, one_line
from app.flows.rights import local_day
from app.models import AnyRow, Instance, Job, Notice, db

ADMIN = "Admin"
PAGE = 100  # of one round; a provider that is broken may stop many cases at once


def tell(now: datetime) -> int:
    """A notice and a mail to every admin for each incident that they were not told of; how many. Commits.

    The key holds the fence: what was tried again and failed again is told again.
    """
    fresh = _fresh()
    db.session.rollback()
    if not fresh:
        return 0
    admins = [p for p in holders(ADMIN, "", "", local_day(now)) if p.mail_mode == AT_ONCE]
    db.session.rollback()
    with db.engine.begin() as conn:
        for job in fresh:
            notices.add(conn, [notices.row(_key(job), job, ADMIN, f"Terhenti: {job.name or job.element}.", now)])
            for person in admins:
                mails.put(_letter(job, person.user_id, person.name, person.email), now, conn)
    return len(fresh)


def _fresh() -> list[AnyRow]:
    key = literal("insiden:") + Job.id + ":" + cast(Job.fence, String)  # as _key has it
    query = (
        select(
            Job.id, Job.fence, Job.name, Job.element, Job.instance_id, Instance.title, Instance.satker, Instance.unit
        )
        .join(Instance, Instance.id == Job.instance_id)
        .where(Job.state == "incident", ~select(Notice.id).where(Notice.key == key).exists())
        .order_by(Job.created_at)
        .limit(PAGE)
    )
    return list(db.session.execute(query))


def _key(job: AnyRow) -> str:
    return f"insiden:{job.id}:{job.fence}"


def _letter(job: AnyRow, user_id: int, name: str, address: str) -> Letter:
    title = one_line(job.title)
    text = body(
        name,
        f"{title} terhenti di langkah {one_line(job.name or job.element)} dan tidak berlanjut sendiri.",
        "",
        "Sebabnya dan apa yang dapat dilakukan ada di halaman perkara:",
        link(f"/instans/{job.instance_id}"),
    )
    return Letter(f"{_key(job)}:{user_id}", "insiden", address, f"Terhenti: {title}", text, user_id, job.instance_id)
