"""Diagrams

Revision: 0003, after: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "diagram_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("originals", sa.JSON(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        sa.Column("saver", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("published_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_diagram_draft_asked_by")),
        sa.ForeignKeyConstraint(["base_id"], ["definition.id"], name=op.f("fk_diagram_draft_base_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_diagram_draft_created_by")),
        sa.ForeignKeyConstraint(["published_id"], ["definition.id"], name=op.f("fk_diagram_draft_published_id")),
        sa.ForeignKeyConstraint(["saved_by"], ["account.id"], name=op.f("fk_diagram_draft_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagram_draft")),
    )
    with op.batch_alter_table("diagram_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_diagram_draft_process_state_id"), ["process", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_diagram_draft_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_diagram_draft_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "migration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=100), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_migration_created_by")),
        sa.ForeignKeyConstraint(["target_id"], ["definition.id"], name=op.f("fk_migration_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration")),
    )
    with op.batch_alter_table("migration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_migration_process_id"), ["process", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_migration_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "draft_save",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        sa.Column("saver", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["diagram_draft.id"], name=op.f("fk_draft_save_draft_id")),
        sa.ForeignKeyConstraint(["saved_by"], ["account.id"], name=op.f("fk_draft_save_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_save")),
        sa.UniqueConstraint("draft_id", "revision", name=op.f("uq_draft_save_draft_id_revision")),
    )
    op.create_table(
        "migration_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("migration_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("moved_seq", sa.Integer(), nullable=True),
        sa.Column("moved_at", sa.DateTime(), nullable=True),
        sa.Column("moved_by", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_migration_case_instance_id")),
        sa.ForeignKeyConstraint(["migration_id"], ["migration.id"], name=op.f("fk_migration_case_migration_id")),
        sa.ForeignKeyConstraint(["moved_by"], ["account.id"], name=op.f("fk_migration_case_moved_by")),
        sa.ForeignKeyConstraint(["source_id"], ["definition.id"], name=op.f("fk_migration_case_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_case")),
        sa.UniqueConstraint("migration_id", "instance_id", name=op.f("uq_migration_case_migration_id_instance_id")),
    )
    with op.batch_alter_table("migration_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_migration_case_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_migration_case_migration_id_verdict_id"), ["migration_id", "verdict", "id"], unique=False
        )

    op.create_table(
        "replay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_replay_created_by")),
        sa.ForeignKeyConstraint(["draft_id"], ["diagram_draft.id"], name=op.f("fk_replay_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
    )
    with op.batch_alter_table("replay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replay_draft_id_id"), ["draft_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replay_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "replay_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("replay_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("element", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_replay_case_instance_id")),
        sa.ForeignKeyConstraint(["replay_id"], ["replay.id"], name=op.f("fk_replay_case_replay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_case")),
    )
    with op.batch_alter_table("replay_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_replay_case_replay_id_outcome_id"), ["replay_id", "outcome", "id"], unique=False
        )

    with op.batch_alter_table("definition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("originals", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("origin", sa.String(length=10), nullable=False, server_default="file"))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("published_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("publisher", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("confirmed_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("confirmer", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("restored_from", sa.Integer(), nullable=True))


def downgrade() -> None:
    # not as a batch: SQLite would rebuild the table, which cases refer to
    op.drop_column("definition", "restored_from")
    op.drop_column("definition", "confirmer")
    op.drop_column("definition", "confirmed_by")
    op.drop_column("definition", "publisher")
    op.drop_column("definition", "published_by")
    op.drop_column("definition", "note")
    op.drop_column("definition", "origin")
    op.drop_column("definition", "originals")

    with op.batch_alter_table("replay_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replay_case_replay_id_outcome_id"))

    op.drop_table("replay_case")
    with op.batch_alter_table("replay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replay_state_id"))
        batch_op.drop_index(batch_op.f("ix_replay_draft_id_id"))

    op.drop_table("replay")
    with op.batch_alter_table("migration_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_migration_case_migration_id_verdict_id"))
        batch_op.drop_index(batch_op.f("ix_migration_case_instance_id"))

    op.drop_table("migration_case")
    op.drop_table("draft_save")
    with op.batch_alter_table("migration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_migration_state_id"))
        batch_op.drop_index(batch_op.f("ix_migration_process_id"))

    op.drop_table("migration")
    with op.batch_alter_table("diagram_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_diagram_draft_state_id"))
        batch_op.drop_index(batch_op.f("ix_diagram_draft_sha256"))
        batch_op.drop_index(batch_op.f("ix_diagram_draft_process_state_id"))

    op.drop_table("diagram_draft")
