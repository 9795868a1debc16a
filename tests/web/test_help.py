"""Buku Panduan: drawn from docs/, with pictures of this application, and with what its contents promise."""

from __future__ import annotations

import re
from io import BytesIO

import pypdf
import pytest

from app.web.help import DOCS
from tests.service_tasks.paper import fonts_of
from tests.visitor import Visitor
from tests.world import PASSWORDS, SATU, build, close, open_house, sample

GUIDE = (DOCS / "panduan" / "buku_panduan.html").read_text("utf-8")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    house = open_house(tmp_path_factory.mktemp("house"), None)
    answer = house.app.test_client().get("/buku-panduan.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert house.app.test_client().get("/buku-panduan.pdf").data == answer.data  # drawn once
    close(house)
    return answer.data


@pytest.fixture(scope="module")
def pages(book: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(book)).pages]


def test_it_is_small_and_brings_its_fonts(book: bytes, tmp_path) -> None:
    assert len(book) < 4_500_000
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts_of(book, tmp_path))


def test_chapters_stand_where_the_contents_say(pages: list[str]) -> None:
    chapters = re.findall(r'\("[a-z0-9]+", "([^"]+)", (\d)\)', GUIDE.partition("%}")[0])
    assert len(chapters) == 26
    at = 2
    for title, length in chapters:
        assert f" {title} {at} " in f"{pages[0]} "
        assert title in pages[at - 1][:150]
        at += int(length)
    assert len(pages) == at - 1
    assert pages[-1].count(f"Halaman {len(pages)} dari {len(pages)}") == 1


def test_a_chapter_is_opened_where_it_begins(pages: list[str], tmp_path) -> None:
    house = open_house(tmp_path / "house", None)
    answer = house.app.test_client().get("/buku-panduan/contoh")
    number = int(answer.location.rpartition("#page=")[2])
    assert "Contoh: menambah langkah Reviu Biro Perencanaan" in pages[number - 1]
    assert house.app.test_client().get("/buku-panduan/lain").status_code == 404
    close(house)


def test_it_names_every_entry_of_the_menu(pages: list[str], tmp_path) -> None:
    house = build(tmp_path / "house", None)
    operator = Visitor(house.app, f"sim{SATU.kode}", PASSWORDS[sample.OPERATOR])
    page = operator.open("/kinerja/pk")
    entries = [a.text_content().strip() for a in page.tree.xpath("//nav[@id='nav-kinerja']//a")]
    entries += [a.text_content().strip() for a in page.tree.xpath("//header//ul//a")]
    close(house)
    assert len(entries) >= 8
    text = " ".join(pages)
    assert [e for e in entries if e not in text] == []


def test_every_picture_of_the_guide_was_taken() -> None:
    named = set(re.findall(r'gambar\("([a-z0-9-]+)"', GUIDE)) | set(re.findall(r"images/([a-z0-9-]+)\.png", GUIDE))
    assert {p.stem for p in (DOCS / "images").glob("*.png")} >= named
    assert sum(p.stat().st_size for p in (DOCS / "images").glob("*.png")) < 3_000_000
