"""An alert's word as it is sent: by mail, by SMS, to a browser. In the language of each member, where no request asks."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from geoneighbour.catalogues import catalogue

SHORT = 90


@dataclass(frozen=True)
class Word:
    """One word of an alert (nearness.words_to_send): what is said, and `sentence`, what the alert says."""

    id: int
    post_id: int
    what: str
    body: str
    sentence: str
    urgent: bool
    names: dict[str, str]
    author: str
    official_source: str | None
    commune_id: int | None
    may_leave: bool


@dataclass(frozen=True)
class Said:
    subject: str
    text: str
    html: str | None


def _(words: str) -> str:
    """For `make translate`; looked up in the reader's language below."""
    return words


_HEADS = {
    "update": _("Suite de l’alerte"),
    "all_clear": _("Fin de l’alerte"),
    "cancel": _("Alerte annulée"),
}
_BY = _("Écrit par %(name)s.")
_OFFICIAL = _("Source officielle : %(name)s.")
_FIRST = _("L’alerte disait : %(sentence)s")
_WHY = _("Vous recevez ce message parce que cette alerte vous concerne, là où vous habitez.")
_SEE = _("Voir l’alerte : %(url)s")
_LEAVE = _("Ne plus recevoir d’alertes par courriel : %(url)s")
_DIGEST = _("Vos alertes du jour")


def said(word: Word, channel: str, language: str, url: str) -> Said:
    """The same for all who read a language; `url`: of the alert's page, or empty. The way out is each reader's own (with_way_out)."""
    translate = catalogue(language, "messages").gettext
    kind = word.names.get(language) or word.names["fr"]
    head = kind if word.what == "alert" else f"{translate(_HEADS[word.what])} ({kind})"
    subject = f"{head} : {_cut(word.body)}" if language == "fr" else f"{head}: {_cut(word.body)}"
    if channel == "sms":
        return Said(head, " ".join(filter(None, (subject, url))), None)
    by = _OFFICIAL if word.official_source else _BY
    lines = [word.body]
    if word.what != "alert":
        lines.append(translate(_FIRST) % {"sentence": word.sentence})
    # "Camille D." at the end of a sentence has one full stop.
    lines.append(translate(by) % {"name": (word.official_source or word.author).removesuffix(".")})
    if channel == "push":
        return Said(head, word.body, None)
    lines.append(translate(_WHY))
    see = translate(_SEE) % {"url": url} if url else ""
    return Said(subject, "\n\n".join(filter(None, (*lines, see))), _html(head, lines, translate(_SEE), url))


def digest(words: Sequence[tuple[Word, str]], language: str) -> Said:
    """Several words, each with the address of its alert, in one mail."""
    title = catalogue(language, "messages").gettext(_DIGEST)
    parts = [said(word, "email", language, url) for word, url in words]
    text = "\n\n— — —\n\n".join(f"{part.subject}\n\n{part.text}" for part in parts)
    return Said(f"{title} ({len(parts)})", text, "".join(part.html or "" for part in parts))


def with_way_out(one: Said, language: str, leave: str | None) -> Said:
    """With the address by which its reader wants no more of them."""
    if not leave:
        return one
    words = catalogue(language, "messages").gettext(_LEAVE)
    link = f'<a href="{html.escape(leave)}">{html.escape(leave)}</a>'
    marked = one.html and f"{one.html}<p>{html.escape(words) % {'url': link}}</p>"
    return Said(one.subject, f"{one.text}\n\n{words % {'url': leave}}", marked)


def _html(head: str, lines: Sequence[str], see: str, url: str) -> str:
    parts = [f"<h1>{html.escape(head)}</h1>", *(f"<p>{html.escape(line)}</p>" for line in lines)]
    if url:
        link = f'<a href="{html.escape(url)}">{html.escape(url)}</a>'
        parts.append(f"<p>{html.escape(see) % {'url': link}}</p>")
    return "\n".join(parts)


def _cut(body: str) -> str:
    return body if len(body) <= SHORT else body[: SHORT - 1].rstrip() + "…"
