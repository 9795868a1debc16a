# ruff: noqa: F811  (fixtures are imported by name)
"""Backups: what is in them, what a broken one is told from a whole one by, and that a restore is all or nothing."""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from flask_migrate import upgrade

from app import clock
from app.errors import AlurError, Conflict
from app.flows import archive, backup, marks, restore, snapshots, verify
from app.flows.archive import BrokenBackup
from app.models import Audit, Document, Event, PasswordLink, User, db
from tests import pk
from tests.world import World, close, open_house, provider, stage, stages, world  # noqa: F401 - fixtures

house = stage(pk.to_drafting, pk.to_making, pk.to_signing)


@pytest.fixture
def file(house: World, tmp_path: Path) -> Path:
    with house.app.app_context():
        return backup.backup(tmp_path / "satu.tar", clock.now()).path


@pytest.fixture
def empty(tmp_path: Path, provider) -> Iterator[World]:
    """Another machine: not even a database."""
    made = open_house(tmp_path / "lain", provider)
    yield made
    close(made)


def restored(world: World, path: Path, **options: bool) -> restore.Restored:
    with world.app.app_context():
        return restore.restore(path, clock.now(), **options)


def sheet(world: World) -> str:
    return world.all(db.select(Document.sha256))[0]


# ---- what is in it -------------------------------------------------------------------------------------------------


def test_any_tar_reads_it_and_only_its_owner_may(house: World, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
        manifest = orjson.loads(tar.extractfile("manifest.json").read())
        held = tar.extractfile(f"documents/{sheet(house)}").read()
    assert names[0] == "database.sqlite3" and names[-2:] == ["manifest.json", "SHA256"]
    assert hashlib.sha256(held).hexdigest() == sheet(house)
    assert (manifest["revision"], manifest["cases"], manifest["documents"]) == ("0003", 1, len(names) - 3)
    assert [p.name for p in file.parent.iterdir() if p.name.startswith(".")] == []


def test_it_takes_along_what_still_lies_in_the_wal(house: World, tmp_path: Path) -> None:
    with house.app.app_context():
        marks.put("uji", "masih di WAL", clock.now())
        db.session.commit()
        assert Path(f"{db.engine.url.database}-wal").stat().st_size > 0
        made = backup.backup(tmp_path / "wal.tar", clock.now())
    with tarfile.open(made.path) as tar:
        (tmp_path / "satu.sqlite3").write_bytes(tar.extractfile("database.sqlite3").read())
    found = sqlite3.connect(tmp_path / "satu.sqlite3").execute("SELECT value FROM mark WHERE name = 'uji'").fetchall()
    assert found == [("masih di WAL",)]


def test_a_folder_gets_a_name_with_the_date_and_older_ones_go_by_keep(house: World, tmp_path: Path) -> None:
    folder, made, now = tmp_path / "cadangan", [], clock.now()
    folder.mkdir()
    (folder / "catatan saya.tar").touch()
    with house.app.app_context():
        for hour in range(4):
            made.append(backup.backup(folder, now + timedelta(hours=hour), keep=2))
        assert marks.get(backup.MARK).value.startswith(made[-1].path.name)
    assert sorted(p.name for p in folder.iterdir()) == [
        *sorted(m.path.name for m in made[-2:]), "catatan saya.tar"
    ]  # fmt: skip
    assert [p.name for m in made for p in m.deleted] == [m.path.name for m in made[:2]]
    assert all(backup.NAME.fullmatch(m.path.name) for m in made)
    assert len(house.all(db.select(Audit).where(Audit.kind == "cadangan"))) == 4


def test_a_backup_is_never_written_over(house: World, file: Path) -> None:
    before = file.read_bytes()
    with house.app.app_context(), pytest.raises(backup.NoBackup, match="sudah ada"):
        backup.backup(file, clock.now())
    assert file.read_bytes() == before


def test_broken_and_lost_documents_are_named_and_nothing_old_is_deleted(house: World, tmp_path: Path) -> None:
    """The older backup may be the last place where the document is whole."""
    folder, now = tmp_path / "cadangan", clock.now()
    store = house.app.extensions["alur"].documents
    with house.app.app_context():
        first = backup.backup(folder, now, keep=1).path
        broken, lost = sheet(house), hashlib.sha256(b"lost").hexdigest()
        store.path(broken).chmod(0o600)
        store.path(broken).write_bytes(b"rot")
        db.session.execute(db.update(Document).where(Document.sha256 == broken).values(name="x"))
        row = db.session.scalars(db.select(Document)).first()
        values = {c.key: getattr(row, c.key) for c in Document.__table__.columns if c.key != "id"}
        db.session.execute(db.insert(Document).values(values | {"sha256": lost}))
        db.session.commit()
        made = backup.backup(folder, now + timedelta(days=1), keep=1)
        assert sorted(made.manifest.faults) == sorted([f"{broken} rusak", f"{lost} hilang"])
        assert first.exists() and made.deleted == ()
        found = verify.verify()
        assert (found.broken, found.lost, found.chains) == ((broken,), (lost,), ())


def test_a_full_disk_is_told_in_words_and_leaves_nothing(
    house: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "penuh"

    def full(*_anything: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(archive.Writer, "add", full)
    with house.app.app_context(), pytest.raises(backup.NoBackup, match="Disk penuh"):
        backup.backup(folder, clock.now())
    assert list(folder.iterdir()) == []


def test_a_folder_that_may_not_be_written_to_is_told_in_words(house: World, tmp_path: Path) -> None:
    (tmp_path / "berkas").touch()
    with house.app.app_context(), pytest.raises(backup.NoBackup, match="tidak dapat ditulisi"):
        backup.backup(tmp_path / "berkas" / "di dalamnya", clock.now())


def test_a_database_without_revision_is_not_backed_up(world: World, tmp_path: Path) -> None:
    world.write(db.text("DROP TABLE alembic_version"))
    with world.app.app_context(), pytest.raises(backup.NoBackup, match="flask db upgrade"):
        backup.backup(tmp_path / "a.tar", clock.now())


def test_postgresql_is_refused_with_what_to_use_instead(house: World, tmp_path: Path, monkeypatch) -> None:
    with house.app.app_context():
        monkeypatch.setattr(db.engine.dialect, "name", "postgresql")
        with pytest.raises(AlurError, match="pg_dump"):
            backup.backup(tmp_path / "a.tar", clock.now())
        with pytest.raises(AlurError, match="pg_restore"):
            restore.look(tmp_path / "a.tar")
    assert list(tmp_path.glob("*.tar")) == []


# ---- the way back --------------------------------------------------------------------------------------------------


def test_an_empty_machine_has_everything_afterwards(house: World, file: Path, empty: World) -> None:
    done = restored(empty, file)
    assert done.findings.whole and done.aside is None and not done.upgraded
    assert sheet(empty) == sheet(house)
    assert len(empty.all(db.select(Event))) == len(house.all(db.select(Event)))
    assert pk.SIGN in empty.head().open("/tugas").text
    with empty.app.app_context():
        assert verify.verify().whole
    (entry,) = empty.all(db.select(Audit).where(Audit.subject == "dipulihkan dari cadangan"))
    assert entry.after == {"berkas": "satu.tar"}
    assert sorted(p.name for p in empty.folder.iterdir() if p.name.startswith(".")) == []


def test_what_was_ended_after_the_backup_does_not_open_again(house: World, file: Path, empty: World) -> None:
    """Sessions (their account's epoch), and links for a new password."""
    operator = house.operator()
    restored(empty, file)
    assert min(empty.all(db.select(User.epoch))) > max(house.all(db.select(User.epoch))) + 500
    with empty.app.test_client() as client:
        cookie = operator.client.get_cookie("alur")
        client.set_cookie("alur", cookie.value)
        assert "/masuk" in client.get("/tugas").location


def test_links_for_passwords_are_used_up(house: World, tmp_path: Path, empty: World) -> None:
    now = clock.now()
    house.write(
        db.insert(PasswordLink).values(
            user_id=1, token_hash="a" * 64, kind="lupa", created_at=now, expires_at=now + timedelta(hours=1)
        )
    )
    with house.app.app_context():
        path = backup.backup(tmp_path / "a.tar", now).path
    restored(empty, path)
    assert empty.all(db.select(PasswordLink.used_at))[0] is not None


def test_a_database_with_people_is_moved_aside_never_lost(house: World, file: Path) -> None:
    house.write(db.update(User).where(User.username == "biro").values(nama="Nama baru"))
    close(house)
    with pytest.raises(Conflict, match="--replace"):
        restored(house, file)
    assert "Nama baru" in house.all(db.select(User.nama))
    close(house)
    done = restored(house, file, replace=True)
    assert "Nama baru" not in house.all(db.select(User.nama)) and done.findings.whole
    kept = sqlite3.connect(done.aside / "alur.sqlite3")
    assert kept.execute("SELECT count(*) FROM account WHERE nama = 'Nama baru'").fetchone() == (1,)


def test_a_database_in_use_is_not_exchanged(house: World, file: Path) -> None:
    other = sqlite3.connect(house.folder / "alur.sqlite3")
    other.execute("SELECT count(*) FROM account").fetchone()
    with pytest.raises(Conflict, match="sedang dipakai"):
        restored(house, file, replace=True)
    other.close()


def test_a_broken_document_is_replaced_by_the_whole_one(house: World, file: Path) -> None:
    store, sha = house.app.extensions["alur"].documents, sheet(house)
    store.path(sha).chmod(0o600)
    store.path(sha).write_bytes(b"rot")
    close(house)
    assert restored(house, file, replace=True).findings.whole
    with house.app.app_context():
        assert store.read(sha) and verify.verify().whole


def test_an_older_backup_is_upgraded(tmp_path: Path, empty: World) -> None:
    """Of the release before: its tables become today's."""
    old = open_house(tmp_path / "lama", None)
    with old.app.app_context():
        upgrade(revision="0001")
        with db.engine.begin() as conn:
            conn.exec_driver_sql(
                "INSERT INTO account (id, username, nama, password_hash, active, epoch) VALUES (1, 'a', 'A', 'x', 1, 1)"
            )
        file = tmp_path / "lama.tar"
        _pack(file, tmp_path / "lama", "0001")
    close(old)
    done = restored(empty, file)
    assert done.upgraded and done.findings.whole
    assert empty.all(db.select(User.username)) == ["a"] and empty.all(db.select(User.mail_mode)) == ["segera"]


def _pack(file: Path, folder: Path, revision: str) -> None:
    """A backup as the release before would have made it."""
    snapshots.take(folder / "s.sqlite3")
    with file.open("wb") as out, (folder / "s.sqlite3").open("rb") as taken:
        writer = archive.Writer(out, clock.now())
        writer.add("database.sqlite3", taken, (folder / "s.sqlite3").stat().st_size)
        at = clock.now().isoformat()
        writer.close(archive.Manifest(archive.FORMAT, "0.1.0", revision, "sqlite", at, 0, 0, writer.files))


# ---- broken ones ---------------------------------------------------------------------------------------------------


def refused(world: World, path: Path, words: str) -> None:
    """The backup is refused in words, and nothing is there that was not there before."""
    before = sorted(p for p in world.folder.rglob("*"))
    with pytest.raises(AlurError, match=words):
        restored(world, path)
    assert sorted(p for p in world.folder.rglob("*")) == before


@pytest.mark.parametrize("part", [0, 1, 100, 512, 4096, 0.3, 0.6, 0.9, 0.99])
def test_a_cut_off_backup_is_refused(file: Path, empty: World, part: float) -> None:
    whole = file.read_bytes()
    # of what it holds: the zeros behind it, up to ten kilobytes, are tar's own
    size = int(len(whole.rstrip(b"\0")) * part) if isinstance(part, float) else part
    file.write_bytes(whole[:size])
    refused(empty, file, "terpotong|tidak lengkap|berubah")


def test_one_flipped_bit_is_found_wherever_it_is(file: Path, empty: World) -> None:
    """In contents, in the headers of the tar and in what fills up its blocks, in manifest, hash and end."""
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        members = tar.getmembers()
    places = {0, 300, len(whole) - 1, len(whole) - 600}
    for m in members:
        places |= {m.offset + 100, m.offset + 140, m.offset_data, m.offset_data + m.size - 1, m.offset_data + m.size}
    for place in sorted(p for p in places if p < len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        file.write_bytes(bytes(changed))
        with empty.app.app_context(), pytest.raises(AlurError):
            restore.look(file)
            pytest.fail(f"the bit at {place} was not missed")
    file.write_bytes(whole)
    with empty.app.app_context():
        assert restore.look(file).cases == 1


def _again(file: Path, change) -> None:
    """The same archive with changed members and a right hash over it: as an attacker could write it."""
    with tarfile.open(file) as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.name != "SHA256"}
    members = change(members) or members
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        trailer = hashlib.sha256(out.getvalue()[: tar.offset]).hexdigest().encode()
        info = tarfile.TarInfo("SHA256")
        info.size = len(trailer)
        tar.addfile(info, io.BytesIO(trailer))
    file.write_bytes(out.getvalue())


def _manifest(members: dict[str, bytes], **values: object) -> None:
    members["manifest.json"] = orjson.dumps(orjson.loads(members["manifest.json"]) | values)


def test_a_repacked_archive_is_taken(file: Path, empty: World) -> None:
    """So that the refusals below are for what they change."""
    _again(file, lambda members: None)
    assert restored(empty, file).findings.whole


@pytest.mark.parametrize(
    ("name", "words"),
    [("../../luar", "asing"), ("/tmp/luar", "asing"), ("documents/../../../luar", "asing"), ("documents/x", "asing")],
)
def test_names_that_lead_elsewhere_are_refused(file: Path, empty: World, name: str, words: str) -> None:
    _again(file, lambda members: {name: b"x", **members})
    refused(empty, file, words)


def test_a_link_is_no_document(file: Path, empty: World) -> None:
    with tarfile.open(file, "a") as tar:
        info = tarfile.TarInfo("documents/" + "a" * 64)
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    refused(empty, file, "asing")


def test_a_missing_document_is_named(house: World, file: Path, empty: World) -> None:
    name = f"documents/{sheet(house)}"
    _again(file, lambda members: members.pop(name) and None)
    refused(empty, file, f"{name} tidak ada di dalamnya")


def test_a_document_under_a_name_that_is_not_its_own_is_refused(house: World, file: Path, empty: World) -> None:
    def change(members: dict[str, bytes]) -> None:
        other = "documents/" + "a" * 64
        members[other] = b"palsu"
        files = orjson.loads(members["manifest.json"])["files"]
        _manifest(members, files=files | {other: [5, hashlib.sha256(b"palsu").hexdigest()]})

    _again(file, change)
    refused(empty, file, "tidak lagi sama")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"format": 2}, "bentuk"), ({"format": None}, "bentuk"), ({"files": 7}, "Daftar isi"),
        ({"files": {"a": 1}}, "Daftar isi"), ({"created_at": "kemarin"}, "Daftar isi"),
        ({"revision": "0099"}, "lebih baru"), ({"revision": "0001"}, "tidak cocok"), ({"cases": 7}, "tidak cocok"),
        ({"documents": 0}, "tidak cocok"), ({"database": "oracle"}, "basis data"),
        ({"database": "postgresql"}, "basis data"),
    ],
)  # fmt: skip
def test_a_wrong_manifest_is_refused(file: Path, empty: World, values: dict[str, object], words: str) -> None:
    _again(file, lambda members: _manifest(members, **values))
    refused(empty, file, words)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff"])
def test_a_manifest_that_is_none_is_refused(file: Path, empty: World, text: bytes) -> None:
    _again(file, lambda members: members.update({"manifest.json": text}))
    refused(empty, file, "Daftar isi")


def test_a_database_that_is_none_is_refused(file: Path, empty: World) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["database.sqlite3"] = content = b"bukan basis data" * 100
        files = orjson.loads(members["manifest.json"])["files"]
        digest = hashlib.sha256(content).hexdigest()
        _manifest(members, files=files | {"database.sqlite3": [len(content), digest]})

    _again(file, change)
    refused(empty, file, "Basis data tidak dapat dibaca")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 zip", b"\0" * 20480])
def test_something_else_is_no_backup(tmp_path: Path, empty: World, content: bytes) -> None:
    (tmp_path / "foto.tar").write_bytes(content)
    refused(empty, tmp_path / "foto.tar", "cadangan")
    refused(empty, tmp_path / "tidak ada.tar", "Tidak ada berkas")


def test_what_fails_half_way_leaves_what_was(house: World, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it fails: while documents are added, at the upgrade, at the very rename."""
    sha, store = sheet(house), house.app.extensions["alur"].documents
    house.write(db.update(User).where(User.username == "biro").values(nama="Nama baru"))
    store.path(sha).unlink()
    close(house)

    def fails(*_anything: object, **_more: object) -> None:
        raise OSError(28, os.strerror(28))

    for where in ("upgrade", "_close", "copy", "sync_folder", "_put"):
        with monkeypatch.context() as patched:
            patched.setattr(restore, where, fails)
            with pytest.raises(OSError, match="No space"):
                restored(house, file, replace=True)
        assert "Nama baru" in house.all(db.select(User.nama)), where
        assert not store.path(sha).exists(), where
        assert [p.name for p in house.folder.iterdir() if p.name.startswith(".")] == [], where
        close(house)


def test_a_changed_history_is_restored_and_told(house: World, tmp_path: Path, empty: World) -> None:
    """Refusing it would take away the office's only backup; nobody may overlook it either."""
    house.write(db.update(Event).where(Event.seq == 2).values(actor="Orang lain"))
    with house.app.app_context():
        assert verify.verify().chains == (1,)
        path = backup.backup(tmp_path / "b.tar", clock.now()).path
    done = restored(empty, path)
    assert done.findings.chains == (1,) and not done.findings.whole
    assert "Riwayat perkara 1 tidak utuh" in done.findings.lines()[0]


def test_broken_backup_has_words_of_its_own() -> None:
    assert str(BrokenBackup()).startswith("Berkas cadangan ini rusak")
