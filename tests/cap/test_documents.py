"""What is written a second reader takes by the standard's own schema; what strangers write is read, or refused in one line."""

from __future__ import annotations

import time
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cap_tools.models import Alert
from capvalidator import check_schema
from xsdata.formats.dataclass.parsers import XmlParser

from geoneighbour.cap import Area, Entry, Info, Notice
from geoneighbour.cap.reading import LARGEST, read, read_feed
from geoneighbour.cap.writing import Told, write, write_feed
from geoneighbour.errors import InvalidInput

SENT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
RING = [(-2.05, 48.5), (-2.0, 48.5), (-2.0, 48.55), (-2.05, 48.55), (-2.05, 48.5)]
FLOOD = Notice(
    identifier="voisins.example.4.9",
    sender="voisins.example",
    sent=SENT,
    status="Actual",
    kind="Update",
    scope="Public",
    references=("voisins.example,voisins.example.4.7,2026-11-23T17:00:00+00:00",),
    infos=(
        Info(
            language="fr",
            category="Met",
            event="Crue & <débordement>",
            urgency="Immediate",
            severity="Severe",
            certainty="Observed",
            expires=SENT + timedelta(hours=6),
            sender_name="Commune A",
            headline="La Rance déborde",
            description="Montez à l’étage.\x00\x0b",
            web="https://voisins.example/alertes/4",
            areas=(
                Area("Les quais", (RING,), ((-2.02, 48.52, 1.5),), (("INSEE", "35001"),)),
                Area("Commune B", geocodes=(("INSEE", "35002"),)),
            ),
        ),
    ),
)


def test_a_second_reader_takes_what_is_written() -> None:
    content = write(FLOOD)
    checked = check_schema(content)
    assert checked.passed, checked.message
    other = XmlParser().from_bytes(content, Alert)
    assert other.identifier == FLOOD.identifier
    assert other.infos[0].event == "Crue & <débordement>"
    assert other.infos[0].description == "Montez à l’étage."
    assert other.infos[0].areas[0].polygons == [
        "48.500000,-2.050000 48.500000,-2.000000 48.550000,-2.000000 48.550000,-2.050000 48.500000,-2.050000"
    ]
    assert other.infos[0].areas[0].circles == ["48.520000,-2.020000 1.500"]
    assert other.infos[0].areas[1].geocodes[0].value.value == "35002"


def test_what_is_written_is_read_again() -> None:
    again = read(write(FLOOD))
    assert again.reference == "voisins.example,voisins.example.4.9,2026-11-23T18:30:00+00:00"
    assert again.references == FLOOD.references
    assert again.infos[0].areas == FLOOD.infos[0].areas
    assert again.infos[0].expires == FLOOD.infos[0].expires
    paris = Notice("a", "b", SENT.astimezone(timezone(timedelta(hours=1))), "Test", "Alert", "Public")
    assert check_schema(write(paris)).passed
    assert read(write(paris)).sent == SENT


def test_feeds_lead_to_documents() -> None:
    told = Told(
        "urn:x:4",
        "Crue & co",
        "Montez",
        SENT,
        "https://v.example/alertes/4",
        "https://v.example/alertes/4.cap",
    )
    content = write_feed("urn:x", "Commune A", "https://v.example/a.atom", SENT, [told])
    assert read_feed(content) == [Entry("https://v.example/alertes/4.cap", "2026-11-23T18:30:00+00:00")]
    rss = b"<rss><channel><item><link>https://m.example/1.xml</link><pubDate>now</pubDate></item><item/></channel></rss>"
    assert read_feed(rss) == [Entry("https://m.example/1.xml", "now")]
    assert isinstance(read_feed(write(FLOOD)), Notice)


BOMB = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
GOOD = write(FLOOD).decode()
HEAD = "<?xml version='1.0' encoding='UTF-8'?>"
HOSTILE = {
    "billion laughs": b'<!DOCTYPE a [<!ENTITY l0 "ha">' + BOMB + b"]><a>&l11;</a>",
    "laughs in an attribute": b'<!DOCTYPE a [<!ENTITY l0 "ha">' + BOMB + b']><a b="&l11;"/>',
    "a file": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "an address": b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
    "a DTD from elsewhere": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>',
    "UTF-16": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'.encode(
        "utf-16"
    ),
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4APA-a/+AD4-',
    "EBCDIC": '<?xml version="1.0" encoding="cp037"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode(
        "cp037"
    ),
    "an undeclared entity": b"<a>&x;</a>",
    "depth": b"<a>" * 30_000,
    "one huge attribute": b'<a b="' + b"x" * 250_000 + b'">',
    "many attributes": b"<a " + b" ".join(b'a%d=""' % n for n in range(20_000)) + b">",
    "too long": b"<a>" + b" " * LARGEST + b"</a>",
    "nothing": b"",
    "no XML": b"\xff\xfe\x00",
    "nul": b"<a>\0</a>",
    "HTML": b"<html><body>404</body></html>",
    "CAP 1.1": GOOD.replace("cap:1.2", "cap:1.1").encode(),
    "XInclude": b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></a>',
    "no identifier": GOOD.replace("identifier>", "identifyer>").encode(),
    "a comma in the sender": GOOD.replace("<sender>", "<sender>a,b").encode(),
    "an unknown status": GOOD.replace("Actual", "Perhaps").encode(),
    "a moment without offset": GOOD.replace("18:30:00+00:00<", "18:30:00<").encode(),
    "a latitude of 91": GOOD.replace("48.550000,-2.05", "91.0,-2.05").encode(),
    "not a number": GOOD.replace("48.550000,-2.05", "nan,-2.05").encode(),
    "infinity": GOOD.replace("48.550000,-2.05", "1e400,-2.05").encode(),
    "an open ring": GOOD.replace("48.500000,-2.050000</", "48.400000,-2.050000</").encode(),
    "a negative circle": GOOD.replace(" 1.500<", " -1.5<").encode(),
    "too many points": GOOD.replace("</polygon>", " 48.5,-2.05" * 6000 + "</polygon>").encode(),
    "too many areas": GOOD.replace(
        "</info>", "<area><areaDesc>x</areaDesc></area>" * 300 + "</info>"
    ).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_in_one_line(name: str) -> None:
    """At once, and without growing."""
    tracemalloc.start()
    begun = time.monotonic()
    with pytest.raises(InvalidInput) as refusal:
        read(HOSTILE[name])
    took, (_, most) = time.monotonic() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 1
    assert most < 32 * 1024 * 1024
    assert "\n" not in refusal.value.reason
    assert "root:" not in refusal.value.reason
    assert len(refusal.value.reason) < 300
    if name not in ("CAP 1.1",):
        with pytest.raises(InvalidInput):
            read_feed(HOSTILE[name])
