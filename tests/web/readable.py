"""What a person reads, or hears, of a page: its text and the attributes that are words. Not what is in a language of its own."""

from __future__ import annotations

import json
from html.parser import HTMLParser

WORDS = {"alt", "aria-label", "content", "data-label", "label", "placeholder", "title"}
SILENT = {"style", "code"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        quiet = (
            tag in SILENT
            or (tag == "script" and given.get("id") != "texts")
            or ("lang" in given and tag != "html")
            or bool(self.within and self.within[-1][1])
        )
        if not quiet:
            self.read += [words or "" for name, words in attrs if name in WORDS and tag != "meta"]
        if tag not in VOID:
            self.within.append((tag, quiet))

    def handle_endtag(self, tag):
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.within and self.within[-1][1]:
            return
        if self.within and self.within[-1][0] == "script":
            self.read += json.loads(data).values()
        elif data.strip():
            self.read.append(data.strip())


def readable(page: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    return reader.read
