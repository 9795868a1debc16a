"""The renderer: equal bytes from equal data, nothing left out silently, nothing fetched."""

import io
import socket
import subprocess
import threading
import time

import pypdf
import pytest
import segno

from app.documents import fonts, formats
from app.documents.fonts import MissingFont
from app.documents.render import BrokenTemplate, Renderer
from app.documents.tags import MissingPicture
from app.sdk.rendering import CannotRender
from tests.service_tasks.paper import FONTS, fonts_of, text_of

STYLE = "@page {{ size: a5; margin: 15mm }} body {{ font-family: SourceSans3 }}"
PAGE = f"<html><head><style>{STYLE}</style></head><body>{{}}</body></html>"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9">'
    '<circle cx="4" cy="4" r="4" fill="#0f4c52"/></svg>'
)


@pytest.fixture(scope="module")
def renderer():
    one = Renderer(FONTS)
    one.warm_up()
    return one


@pytest.fixture
def draw(renderer, tmp_path):
    def draw_body(body, **values):
        return renderer.pdf(PAGE.format(body), values, tmp_path)

    return draw_body


def test_the_same_data_give_the_same_bytes_and_other_data_others(draw):
    body = '<p>{{ nama }}</p><alur:qr value="{{ nama }}" width="2cm"></alur:qr><alur:halaman></alur:halaman>'
    first = draw(body, nama="Ratna")
    time.sleep(1.1)  # a clock in the file would show
    assert draw(body, nama="Ratna") == first
    assert draw(body, nama="Bagas") != first


def test_only_embedded_fonts_are_in_the_file(draw, tmp_path):
    pdf = draw("<p>a <b>b</b> <i>c</i> <b><i>d</i></b></p><table><tr><td>e</td></tr></table>")
    lines = fonts_of(pdf, tmp_path)
    assert {line.split()[0].partition("+")[2] for line in lines} == {
        "SourceSans3-Regular",
        "SourceSans3-SemiBold",
        "SourceSans3-Italic",
        "SourceSans3-SemiBoldItalic",
    }
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines)


def test_values_are_text_never_markup(draw):
    pdf = draw("<p>{{ nama }}</p>", nama="<script>alert(1)</script> & <b>tebal</b>")
    assert "<script>alert(1)</script> & <b>tebal</b>" in text_of(pdf)


def test_invisible_characters_are_dropped_and_letters_composed(draw):
    pdf = draw("<p>{{ nama }}</p>", nama="Ra\u200btna e\u0301\u202e")
    assert text_of(pdf).split() == ["Ratna", "é"]


@pytest.mark.parametrize(
    ("text", "letter"), [("Kepala مدير", "م"), ("Rapat 会議", "会"), ("Bagus 👍", "👍"), ("kotak \ue000", "\ue000")]
)
def test_a_letter_that_the_font_lacks_is_named_with_its_place(draw, text, letter):
    with pytest.raises(CannotRender) as caught:
        draw("<p>{{ pk.sasaran[0].indikator }}</p>", pk={"sasaran": [{"indikator": text}]})
    assert f"“{letter}” (U+{ord(letter):04X})" in str(caught.value)
    assert "pk › sasaran ke-1 › indikator" in str(caught.value)


def test_a_letter_in_the_template_itself_is_an_error_too(draw):
    with pytest.raises(BrokenTemplate, match="No font this document has"):
        draw("<p>م</p>")


def test_letters_of_other_languages_in_latin_script_are_drawn(draw):
    text = "Çelik Nguyễn Łódź Ångström ½ × ≥ “kutip” – — … €"
    assert text in text_of(draw("<p>{{ t }}</p>", t=text))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('<img src="tidak-ada.png"/>', BrokenTemplate),
        ('<alur:svg src="tidak-ada.svg" width="1cm"></alur:svg>', MissingPicture),
        ('<img src="/etc/hostname"/>', BrokenTemplate),
        ('<img src="../rahasia.png"/>', BrokenTemplate),
        ('<img src="http://127.0.0.1:9/x.png"/>', BrokenTemplate),
        ('<p style="font-family: Wingdings">x</p>', BrokenTemplate),
        ("<p>{{ tidak_ada }}</p>", BrokenTemplate),
        ("<p>{{ 'a' if }}</p>", BrokenTemplate),
        ("<p>{{ ''.__class__.__mro__ }}</p>", BrokenTemplate),
    ],
)
def test_what_a_template_asks_for_in_vain_is_an_error(draw, body, error):
    with pytest.raises(error):
        draw(body)


def test_no_request_leaves_the_process(draw, monkeypatch):
    def no_network(*_args, **_kwargs):
        raise AssertionError("a document asked the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    for address in (
        "http://contoh.go.id/x.png",
        "https://contoh.go.id/x.svg",
        "//contoh.go.id/x.png",
        "ftp://contoh.go.id/x",
    ):
        with pytest.raises((BrokenTemplate, MissingPicture)):
            draw(f'<img src="{address}"/>')
        with pytest.raises((BrokenTemplate, MissingPicture)):
            draw(f'<alur:svg src="{address}" width="1cm"></alur:svg>')
    with pytest.raises(BrokenTemplate):
        draw("<style>@font-face { font-family: x; src: url(http://contoh.go.id/x.ttf) }</style><p>x</p>")


def test_a_missing_font_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "_drawable", frozenset())
    with pytest.raises(MissingFont, match="SourceSans3_400Regular"):
        Renderer(tmp_path).warm_up()


def test_a_font_that_is_not_embedded_is_refused(draw, monkeypatch):
    monkeypatch.setitem(fonts.DEFAULT_FONT, "sourcesans3", "Helvetica")
    with pytest.raises(BrokenTemplate, match="Helvetica"):
        draw("<p>x</p>")


def test_a_template_is_a_file_in_its_folder_or_a_text(renderer, tmp_path):
    (tmp_path / "surat.html").write_text(PAGE.format("<p>Surat {{ n }}</p>"), encoding="utf-8")
    assert renderer.pdf("surat.html", {"n": 3}, tmp_path) == renderer.pdf(
        PAGE.format("<p>Surat {{ n }}</p>"), {"n": 3}, tmp_path
    )
    with pytest.raises(BrokenTemplate, match="lain"):
        renderer.pdf("lain.html", {}, tmp_path)


def test_places_pages_and_pictures_are_where_the_template_says(renderer, tmp_path):
    (tmp_path / "gambar.svg").write_text(SVG, encoding="utf-8")
    pdf = renderer.pdf(
        PAGE.format(
            '<alur:svg src="gambar.svg" width="2cm"></alur:svg><p style="text-align: center"></p>'
            '<div style="text-align: right"><alur:tempat nama="ttd" width="100pt" height="50pt"></alur:tempat></div>'
            "<alur:halaman></alur:halaman><pdf:nextpage></pdf:nextpage><p>Dua</p>"
        ),
        {},
        tmp_path,
    )
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    place = reader.named_destinations["/ttd"]
    assert reader.get_destination_page_number(place) == 0
    assert float(place["/Right"]) == pytest.approx(419.53 - 42.52, abs=0.1)  # A5, margin of 15 mm
    assert float(place["/Right"]) - float(place["/Left"]) == pytest.approx(100, abs=0.02)
    assert float(place["/Top"]) - float(place["/Bottom"]) == pytest.approx(50, abs=0.02)
    assert "Halaman 1 dari 2" in text_of(pdf)


def test_the_printed_qr_code_is_the_code_of_its_text(draw):
    text = "https://alur.contoh.go.id/verifikasi/PK-2026-100101-1-AbCdEfGhIjKlMnOpQrStUv"
    pdf = draw('<alur:qr value="{{ t }}" width="20mm"></alur:qr>', t=text)
    done = subprocess.run(["pdftoppm", "-r", "300", "-gray", "-"], input=pdf, capture_output=True, check=True)
    _magic, size, _depth, pixels = done.stdout.split(b"\n", 3)
    width = int(size.split()[0])
    corner, side = 15 / 25.4 * 300, 20 / 25.4 * 300
    matrix = segno.make(text, error="m").matrix
    step = side / len(matrix)
    centres = [round(corner + (n + 0.5) * step) for n in range(len(matrix))]
    assert [[pixels[y * width + x] < 128 for x in centres] for y in centres] == [
        [bool(m) for m in row] for row in matrix
    ]


def test_a_span_is_divided_at_the_end_of_a_page_and_says_so(draw):
    rows = "".join(f"<td>baris {n}</td></tr><tr>" for n in range(100))
    first = '<td rowspan="101">Sasaran<alur:lanjutan><p>Sasaran (lanjutan)</p></alur:lanjutan></td>'
    pdf = draw(
        f"<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr>{first}{rows}<td>akhir</td></tr></tbody></table>"
    )
    pages = [page.split() for page in text_of(pdf).split("\f")[:-1]]
    assert len(pages) > 2
    assert ["(lanjutan)" in page for page in pages] == [False] + [True] * (len(pages) - 1)
    assert sum(page.count("baris") for page in pages) == 100


def test_a_cell_that_would_be_printed_in_tiny_letters_is_refused(draw):
    tall = "panjang " * 4000
    with pytest.raises(CannotRender, match="terlalu panjang"):
        draw('<table><tr><td rowspan="2">{{ t }}</td><td>a</td></tr><tr><td>b</td></tr></table>', t=tall)


def test_a_word_longer_than_its_line_is_broken_not_cut_off(draw):
    pdf = draw("<table><tr><td>{{ t }}</td><td>b</td></tr></table><p>{{ t }}</p>", t="W" * 300)
    assert text_of(pdf).count("W") == 600


def test_threads_may_draw_at_once(renderer, tmp_path):
    expected = {n: renderer.pdf(PAGE.format("<p>{{ n }}</p>"), {"n": n}, tmp_path) for n in range(4)}
    drawn = {}

    def work(n):
        drawn[n] = renderer.pdf(PAGE.format("<p>{{ n }}</p>"), {"n": n}, tmp_path)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == expected


def test_dates_and_numbers_read_as_in_indonesia():
    assert formats.tanggal("2026-11-21") == "21 November 2026"
    assert formats.tanggal("2026-05-01T08:00:00+07:00") == "1 Mei 2026"
    assert [formats.angka(n) for n in (1250, 95.5, -0.25, 3.0, 0, "WTP", "95,5")] == [
        "1.250", "95,5", "-0,25", "3", "0", "WTP", "95,5",
    ]  # fmt: skip
    assert formats.baris("a <b>\nc") == "a &lt;b&gt;<br/>c"


def test_money_is_written_with_points(draw):
    words = text_of(draw("<p>{{ n|rupiah }} / {{ n|ribuan }}</p>", n=1_250_000_000))
    assert "Rp 1.250.000.000 / 1.250.000.000" in words
