"""The document store: what was put is what is read, whoever else writes and whatever crashes."""

import hashlib
import multiprocessing
import os
import stat

import pytest

from app.documents.store import BrokenDocument, DocumentStore, MissingDocument


@pytest.fixture
def store(tmp_path):
    return DocumentStore(tmp_path / "dokumen")


def test_what_was_put_is_read_back(store):
    sha256 = store.put(b"lembar")
    assert sha256 == hashlib.sha256(b"lembar").hexdigest()
    assert store.read(sha256) == b"lembar"
    assert sha256 in store
    assert store.path(sha256).relative_to(store.root).parts == (sha256[:2], sha256[2:4], sha256)


def test_putting_the_same_bytes_again_changes_nothing(store):
    sha256 = store.put(b"lembar")
    before = store.path(sha256).stat()
    assert store.put(b"lembar") == sha256
    after = store.path(sha256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_files_are_read_only_and_nothing_else_is_left(store):
    sha256 = store.put(b"lembar")
    assert stat.S_IMODE(store.path(sha256).stat().st_mode) == 0o444
    assert [p for p in store.root.rglob("*") if p.is_file()] == [store.path(sha256)]


def test_a_changed_file_is_refused_on_reading_and_on_putting(store):
    sha256 = store.put(b"lembar")
    _overwrite(store, sha256, b"lembaR")
    with pytest.raises(BrokenDocument, match=sha256):
        store.read(sha256)
    with pytest.raises(BrokenDocument):
        store.put(b"lembar")


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 63 + "\n"])
def test_what_is_not_there_is_missing_and_no_name_leaves_the_folder(store, name):
    assert name not in store
    with pytest.raises(MissingDocument):
        store.read(name)


def test_verify_all_counts_the_files_and_names_the_broken_one(store):
    good, bad = store.put(b"satu"), store.put(b"dua")
    _overwrite(store, bad, b"tiga!")
    report = store.verify_all()
    assert (report.files, report.size, report.broken) == (2, len(b"satu"), (bad,))
    assert set(store) == {good, bad}


def test_a_crash_before_linking_leaves_no_document(store, monkeypatch):
    def power_cut(*_args):
        raise OSError("listrik padam")

    monkeypatch.setattr(os, "link", power_cut)
    with pytest.raises(OSError, match="padam"):
        store.put(b"lembar")
    monkeypatch.undo()
    assert list(store) == []
    assert store.put(b"lembar") in store


def test_an_empty_store_has_nothing_to_report(store):
    assert store.verify_all().files == 0


def test_many_processes_may_put_the_same_bytes_at_once(store):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        names = pool.starmap(_put, [(store.root, b"x" * 50_000)] * 12 + [(store.root, b"y")] * 12)
    assert set(names) == set(store)
    assert store.verify_all().broken == ()


def _put(root, content):
    return DocumentStore(root).put(content)


def _overwrite(store, sha256, content):
    path = store.path(sha256)
    path.chmod(0o644)
    path.write_bytes(content)
