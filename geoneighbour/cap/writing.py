"""CAP 1.2 messages, and Atom feeds that lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from geoneighbour.cap import ATOM, CAP, MIME, Area, Element, Info, Notice, moment


@dataclass(frozen=True)
class Told:
    """An entry of a feed of ours; addresses are absolute."""

    identifier: str
    title: str
    text: str
    updated: datetime
    page: str
    document: str


def write(notice: Notice) -> bytes:
    root = etree.Element(f"{{{CAP}}}alert", nsmap={None: CAP})
    _add(root, "identifier", notice.identifier)
    _add(root, "sender", notice.sender)
    _add(root, "sent", moment(notice.sent))
    _add(root, "status", notice.status)
    _add(root, "msgType", notice.kind)
    _add(root, "scope", notice.scope)
    _add(root, "references", " ".join(notice.references))
    for info in notice.infos:
        _write_info(etree.SubElement(root, f"{{{CAP}}}info"), info)
    return _bytes(root)


def write_feed(identifier: str, title: str, own: str, updated: datetime, entries: Sequence[Told]) -> bytes:
    """`own`: the feed's address."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _put(root, "id", identifier)
    _put(root, "title", title)
    _put(root, "updated", moment(updated))
    etree.SubElement(root, f"{{{ATOM}}}link", rel="self", type="application/atom+xml", href=own)
    for told in entries:
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        _put(entry, "id", told.identifier)
        _put(entry, "title", told.title)
        _put(entry, "updated", moment(told.updated))
        _put(etree.SubElement(entry, f"{{{ATOM}}}author"), "name", title)
        _put(entry, "summary", told.text)
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=told.page)
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="related", type=MIME, href=told.document)
    return _bytes(root)


def _write_info(part: Element, info: Info) -> None:
    for name, value in (
        ("language", info.language),
        ("category", info.category),
        ("event", info.event),
        ("urgency", info.urgency),
        ("severity", info.severity),
        ("certainty", info.certainty),
        ("expires", moment(info.expires) if info.expires else ""),
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("web", info.web),
    ):
        _add(part, name, value)
    for area in info.areas:
        _write_area(etree.SubElement(part, f"{{{CAP}}}area"), area)


def _write_area(part: Element, area: Area) -> None:
    _add(part, "areaDesc", area.words)
    for ring in area.polygons:
        _add(part, "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in ring))
    for lon, lat, km in area.circles:
        _add(part, "circle", f"{lat:.6f},{lon:.6f} {km:.3f}")
    for name, value in area.geocodes:
        code = etree.SubElement(part, f"{{{CAP}}}geocode")
        _add(code, "valueName", name)
        _add(code, "value", value)


def _add(part: Element, name: str, value: str) -> None:
    """What is empty is left out."""
    if value:
        etree.SubElement(part, f"{{{CAP}}}{name}").text = _plain(value)


def _put(part: Element, name: str, value: str) -> None:
    etree.SubElement(part, f"{{{ATOM}}}{name}").text = _plain(value)


def _plain(words: str) -> str:
    """Without what XML cannot say."""
    return (
        "".join(letter for letter in words if letter in "\t\n\r" or letter >= " ")
        .replace("\ufffe", "")
        .replace("\uffff", "")
    )


def _bytes(root: Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written
