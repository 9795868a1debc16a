"""A person with a browser without JavaScript: opens pages, fills in forms as they stand there, presses buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from flask import Flask
from werkzeug.test import TestResponse

CODE = "48291"


class Visitor:
    """One signed-in person. Every verb returns the page that they see then."""

    def __init__(self, app: Flask, username: str, password: str, year: int = 2026) -> None:
        self.client = app.test_client()
        self.username = username
        page = self.open("/masuk")
        page = page.form("/masuk").fill(tahun=str(year), username=username, password=password, kode=CODE).press()
        assert "/masuk" not in page.path, page.text

    def open(self, path: str) -> Page:
        return self._follow(self.client.get(path))

    def post(self, path: str, **fields: Any) -> Page:
        """Post as the page would, with a token of the session; what a form on a page can't send."""
        token = self.open("/tugas").token()
        return self._follow(self.client.post(path, data={"csrf_token": token, **fields}))

    def _follow(self, answer: TestResponse) -> Page:
        hops = 0
        while answer.status_code in (301, 302, 303):
            hops += 1
            assert hops < 10, "the redirects never end"
            answer = self.client.get(answer.location)
        return Page(self, answer)


class Page:
    """What stands on the screen."""

    def __init__(self, visitor: Visitor, answer: TestResponse) -> None:
        self.visitor, self.answer = visitor, answer
        self.status, self.path = answer.status_code, answer.request.path
        self.html = answer.text if answer.mimetype == "text/html" else ""

    @property
    def tree(self) -> Any:
        return lxml.html.fromstring(self.html or "<p></p>")

    @property
    def text(self) -> str:
        """The words that people read, white space folded."""
        tree = self.tree
        for hidden in tree.xpath("//script|//style|//template"):
            hidden.drop_tree()
        return " ".join(tree.text_content().split())

    def token(self) -> str:
        return str(self.tree.xpath("//meta[@name='csrf-token']/@content")[0])

    def link(self, words: str) -> Page:
        """Follow the first link whose words contain `words`."""
        for a in self.tree.xpath("//a[@href]"):
            if words in " ".join(a.text_content().split()):
                return self.visitor.open(a.get("href"))
        raise AssertionError(f"no link {words!r} on {self.path}: {self.text[:2000]}")

    def has_link(self, words: str) -> bool:
        return any(words in " ".join(a.text_content().split()) for a in self.tree.xpath("//a[@href]"))

    def form(self, action: str = "") -> FilledForm:
        """The first form of the page whose address contains `action` (of the content, not of the frame).

        One with fields goes before one that is a button only ("Salin dari tahun lalu" above the form itself).
        """
        found = []
        for f in self.tree.xpath("//main//form|//dialog//form"):
            target = f.get("action") or self.path
            if action in target and (f.get("method") or "get").lower() == "post":
                found.append(FilledForm(self, target, _values(f)))
        for form in found:
            if set(form.values) != {"csrf_token"}:
                return form
        if found:
            return found[0]
        raise AssertionError(f"no form for {action!r} on {self.path}: {self.text[:2000]}")

    def has_form(self, action: str) -> bool:
        try:
            self.form(action)
        except AssertionError:
            return False
        return True


@dataclass
class FilledForm:
    """A form as it was on the page, and what was typed into it."""

    page: Page
    action: str
    values: dict[str, Any]

    def fill(self, **typed: Any) -> FilledForm:
        self.values |= typed
        return self

    def set(self, typed: dict[str, Any]) -> FilledForm:
        self.values |= typed
        return self

    def press(self, **button: str) -> Page:
        """Press a button: its name and value."""
        visitor = self.page.visitor
        path = urlsplit(self.action)._replace(scheme="", netloc="").geturl()
        behind = {"Referer": self.page.answer.request.url}  # as browsers do within one site
        return visitor._follow(visitor.client.post(path, data=self.values | button, headers=behind))


def _values(form: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in form.xpath(".//input[@name]|.//textarea[@name]|.//select[@name]"):
        if field.xpath("ancestor::template"):
            continue
        name, kind = field.get("name"), (field.get("type") or "").lower()
        if field.tag == "select":
            chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")[:1]
            out[name] = chosen[0].get("value", chosen[0].text) if chosen else ""
        elif field.tag == "textarea":
            out[name] = (field.text or "").removeprefix("\n")
        elif kind in ("checkbox", "radio"):
            if field.get("checked") is not None:
                out[name] = field.get("value", "y")
        elif kind not in ("submit", "button", "file", "image"):
            out[name] = field.get("value", "")
    return out
