"""What holds on every page: nothing for axe in either theme, nothing wider than a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.visitor import Page as Read
from tests.visitor import Visitor

PHONE = {"width": 375, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.pages, .canvas, .table-responsive'))
  .slice(0, 5).map(e => e.outerHTML.slice(0, 150))"""
FILTERED = re.compile(r"[?&](status|format|sesudah)=")  # the same page with other rows
# axe is in the page already; all else that it looks at is the same in both themes
CONTRAST = """async () => {
  const { violations } = await axe.run({ runOnly: ['color-contrast'] });
  return violations.flatMap((v) => v.nodes.map((n) => n.html.slice(0, 150) + ': ' + n.any[0]?.message));
}"""
UNFOLD = "() => document.querySelectorAll('main details').forEach(d => { d.open = true; })"


def accessible(page: Page) -> None:
    """axe finds nothing, in the light and in the dark theme."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    page.emulate_media(color_scheme="dark")
    pale = page.evaluate(CONTRAST)
    page.emulate_media(color_scheme="light")
    assert pale == [], f"{page.url}, dark: {pale}"


def fits(page: Page) -> None:
    """375 px wide without sideways scrolling, and the same with text at 200 %."""
    page.wait_for_load_state()  # a page on its way has no document yet
    before = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for size in ("100%", "200%"):
        page.evaluate("size => document.documentElement.style.fontSize = size", size)
        over = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{page.url}, text at {size}: {over} px too wide: {page.evaluate(TOO_WIDE)}"
    page.evaluate("() => document.documentElement.style.fontSize = ''")
    page.set_viewport_size(before or DESKTOP)  # type: ignore[arg-type]


def unfolded(page: Page) -> None:
    """Open what is folded, and wait for what draws itself."""
    page.evaluate(UNFOLD)
    for box, ready in (("[data-pdf]", "[data-page='1'] canvas"), ("[data-bpmn]", "[data-bpmn][data-ready]")):
        if page.locator(box).count():
            page.locator(box).first.scroll_into_view_if_needed()
            expect(page.locator(ready).first).to_be_attached()


def pages_of(visitor: Visitor, *starts: str) -> Iterator[Read]:
    """Every page that links lead to, each address once."""
    waiting, known = list(starts), set(starts)
    while waiting:
        page = visitor.open(waiting.pop(0))
        if page.answer.mimetype != "text/html":
            continue
        yield page
        for link in page.tree.xpath("//a[@href]/@href"):
            address = str(link).partition("#")[0]
            if address.startswith("/") and address not in known and not FILTERED.search(address):
                known.add(address)
                waiting.append(address)


def shapes(page: Read) -> set[str]:
    """How the frame of a page and its content are built, without their words: axe sees no more than that."""
    parts = page.tree.xpath("//main") + page.tree.xpath("//header")
    return {"\n".join(sorted({_chain(e) for e in part.iter() if isinstance(e.tag, str)})) for part in parts}


def _chain(element: Any) -> str:
    chain = [element, *element.iterancestors()]
    return ">".join(f"{e.tag}.{e.get('class', '')}.{e.get('role', '')}" for e in chain)
