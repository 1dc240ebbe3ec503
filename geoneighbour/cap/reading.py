"""Documents of strangers, read with suspicion: no entities, no DTD, nothing from elsewhere, no more than so much."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from geoneighbour.cap import ATOM, CAP, MIME, Area, Element, Entry, Info, Notice, Ring, Unfit

LARGEST = 256 * 1024
MOST_POINTS = 5000
MOST_AREAS = 200
_KINDS = ("Alert", "Update", "Cancel", "Ack", "Error")
_STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
_SCOPES = ("Public", "Restricted", "Private")
_NAMED = re.compile(r"[^\s,<&]{1,300}")


def parse(content: bytes) -> Element:
    """The root of an XML document. Unfit, in one line, for what is none and for whatever would reach further."""
    if len(content) > LARGEST:
        raise Unfit(f"XML: more than {LARGEST // 1024} KB")
    if b"<!DOCTYPE" in content.replace(b"\0", b"").upper():
        raise Unfit("XML: a document type is not taken")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unfit(f"XML: {' '.join(str(error).split())[:200]}") from None
    # Written in an encoding in which the look above could not see it.
    if root.getroottree().docinfo.doctype:
        raise Unfit("XML: a document type is not taken")
    return root


def read(content: bytes) -> Notice:
    """A CAP 1.2 message. Unfit in one line for anything else."""
    return _notice(parse(content))


def read_feed(content: bytes) -> Notice | list[Entry]:
    """What an authority's address answers: one CAP message, or an Atom or RSS feed that leads to them."""
    root = parse(content)
    if root.tag == f"{{{CAP}}}alert":
        return _notice(root)
    if root.tag == f"{{{ATOM}}}feed":
        entries = [(entry, _atom_link(entry)) for entry in root.findall(f"{{{ATOM}}}entry")]
        return [Entry(link, _text(entry, f"{{{ATOM}}}updated")) for entry, link in entries if link]
    if root.tag == "rss":
        items = root.findall("channel/item")
        return [Entry(link, _text(item, "pubDate")) for item in items if (link := _text(item, "link"))]
    raise Unfit("XML: neither CAP 1.2 nor a feed")


def _atom_link(entry: Element) -> str:
    links = entry.findall(f"{{{ATOM}}}link")
    typed = [link for link in links if link.get("type") == MIME]
    return next((str(link.get("href", "")) for link in typed or links), "")


def _notice(root: Element) -> Notice:
    if root.tag != f"{{{CAP}}}alert":
        raise Unfit("CAP: no alert of CAP 1.2")
    infos = tuple(_info(part) for part in root.findall(_in_cap("info"))[:10])
    areas = [area for info in infos for area in info.areas]
    points = sum(len(ring) for area in areas for ring in area.polygons)
    if len(areas) > MOST_AREAS or points > MOST_POINTS:
        raise Unfit("CAP: too many areas or points")
    return Notice(
        identifier=_name(root, "identifier"),
        sender=_name(root, "sender"),
        sent=_moment(_needed(root, "sent")),
        status=_one_of(root, "status", _STATUSES),
        kind=_one_of(root, "msgType", _KINDS),
        scope=_one_of(root, "scope", _SCOPES),
        references=tuple(_of(root, "references").split()[:100]),
        infos=infos,
    )


def _info(part: Element) -> Info:
    expires = _of(part, "expires")
    return Info(
        language=_of(part, "language") or "en-US",
        category=_needed(part, "category"),
        event=_needed(part, "event"),
        urgency=_needed(part, "urgency"),
        severity=_needed(part, "severity"),
        certainty=_needed(part, "certainty"),
        expires=_moment(expires) if expires else None,
        sender_name=_of(part, "senderName"),
        headline=_of(part, "headline"),
        description=_of(part, "description"),
        instruction=_of(part, "instruction"),
        web=_of(part, "web"),
        areas=tuple(_area(area) for area in part.findall(_in_cap("area"))),
    )


def _area(part: Element) -> Area:
    codes = part.findall(_in_cap("geocode"))
    return Area(
        words=_needed(part, "areaDesc"),
        polygons=tuple(_ring(one.text or "") for one in part.findall(_in_cap("polygon"))),
        circles=tuple(_circle(one.text or "") for one in part.findall(_in_cap("circle"))),
        geocodes=tuple((_needed(code, "valueName"), _needed(code, "value")) for code in codes),
    )


def _ring(text: str) -> Ring:
    """CAP writes latitude first."""
    ring = [_position(pair) for pair in text.split()]
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise Unfit("CAP: a polygon has four points or more, and ends where it began")
    return ring


def _circle(text: str) -> tuple[float, float, float]:
    middle, _, radius = text.strip().partition(" ")
    return *_position(middle), _number(radius, 0, 1000)


def _position(pair: str) -> tuple[float, float]:
    lat, _, lon = pair.partition(",")
    return _number(lon, -180, 180), _number(lat, -90, 90)


def _number(text: str, least: float, most: float) -> float:
    if not re.fullmatch(r"\s*[+-]?\d{1,4}(\.\d{1,20})?\s*", text) or not least <= float(text) <= most:
        raise Unfit("CAP: a number that is none, or out of range")
    return float(text)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Unfit("CAP: a moment that is none")
    return at


def _name(part: Element, name: str) -> str:
    words = _needed(part, name)
    if not _NAMED.fullmatch(words):
        raise Unfit(f"CAP: {name} has a space, a comma, or is too long")
    return words


def _one_of(part: Element, name: str, known: tuple[str, ...]) -> str:
    if (word := _needed(part, name)) not in known:
        raise Unfit(f"CAP: {name} is none of {', '.join(known)}")
    return word


def _needed(part: Element, name: str) -> str:
    if not (words := _of(part, name)):
        raise Unfit(f"CAP: no {name}")
    return words


def _of(part: Element, name: str) -> str:
    return _text(part, _in_cap(name))


def _text(part: Element, tag: str) -> str:
    return str(part.findtext(tag) or "").strip()


def _in_cap(name: str) -> str:
    return f"{{{CAP}}}{name}"
