# ruff: noqa: F811  (fixtures are imported by name)
"""flask backup, restore and verify, as an admin types them: words, exit statuses, nothing of a traceback."""

from __future__ import annotations

from pathlib import Path

from tests.flows.test_backup import empty, house, sheet  # noqa: F401 - fixtures
from tests.world import World, close, provider, stages  # noqa: F401 - fixtures


def say(world: World, *arguments: str) -> tuple[int, str]:
    done = world.app.test_cli_runner().invoke(args=[str(a) for a in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_there_and_back(house: World, empty: World, tmp_path: Path) -> None:
    code, words = say(house, "backup", tmp_path / "cadangan")
    assert code == 0 and "1 perkara" in words and "Sudah dibaca ulang dan utuh" in words
    (file,) = (tmp_path / "cadangan").iterdir()
    code, words = say(empty, "restore", "--check", str(file))
    assert code == 0 and "utuh" in words and not (empty.folder / "alur.sqlite3").exists()
    code, words = say(empty, "restore", str(file))
    assert code == 0 and "PUBLIC_URL tetap sama" in words and "SECRET_KEY" in words
    code, words = say(empty, "verify")
    assert code == 0 and "Semuanya utuh" in words
    code, words = say(empty, "restore", str(file))
    assert code == 1 and "--replace" in words
    code, words = say(empty, "restore", "--replace", str(file))
    assert code == 0 and "sebelum-pemulihan-" in words


def test_without_a_name_it_goes_into_the_data_folder(house: World) -> None:
    assert say(house, "backup", "--keep", "3")[0] == 0
    (made,) = (house.folder / "cadangan").iterdir()
    assert made.name.startswith("alur-") and made.name.endswith("Z.tar")


def test_faults_are_named_and_change_the_exit_status(house: World, tmp_path: Path) -> None:
    store, sha = house.app.extensions["alur"].documents, sheet(house)
    store.path(sha).unlink()
    code, words = say(house, "verify")
    assert code == 2 and f"Dokumen {sha} hilang" in words and "Semuanya utuh" not in words
    code, words = say(house, "backup", tmp_path / "a.tar")
    assert code == 2 and f"{sha} hilang" in words and (tmp_path / "a.tar").exists()
    close(house)
    code, words = say(house, "restore", "--replace", tmp_path / "a.tar")
    assert code == 2 and f"Dokumen {sha} hilang" in words


def test_a_broken_backup_is_one_sentence(house: World, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"bukan")
    code, words = say(house, "restore", tmp_path / "x.tar")
    assert code == 1 and "bukan cadangan Alur" in words and "Traceback" not in words
