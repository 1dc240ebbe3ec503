"""What the plans of the hot queries look like, as expectations: no walk through a whole table, few pages read.

The plans are those that the service gets: of the statements inside functions too (auto_explain tells them).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

import psycopg

LARGE = {
    "member",
    "residence",
    "post",
    "post_cell",
    "wider_area",
    "zone_cell",
    "commune",
    "commune_piece",
    "commune_adjacency",
    "home",
}
"""Tables that grow with people or ground: read by index, or not at all, once they have more than LITTLE rows."""
LITTLE = 1_000
FEW = 2_000
"""A sort of more rows than this is a sort of the whole."""


@dataclass(frozen=True)
class Expectation:
    """A hot query; `who` gives its parameters, one row a case; at most so many pages (8 kB) are read for any of them."""

    name: str
    statement: str
    who: str
    pages: int


VIEWERS = "SELECT member_id AS member FROM bench.person ORDER BY hashint8(member_id) LIMIT 5"
EXPECTED = [
    Expectation("a page of the feed", "SELECT * FROM nearness.feed(%(member)s, NULL, 50)", VIEWERS, 10_000),
    Expectation(
        "neighbours of a viewer",
        "SELECT * FROM nearness.roll(%(member)s)",
        "SELECT member_id AS member FROM bench.viewer ORDER BY n LIMIT 5",
        2_000,
    ),
    Expectation(
        "the wider area of a viewer",
        "SELECT near.other FROM residence JOIN nearness.near_zone AS near ON near.zone = residence.zone"
        " WHERE residence.member_id = %(member)s",
        VIEWERS,
        60,
    ),
    Expectation(
        "how near two members are",
        "SELECT * FROM nearness.tier(%(member)s, %(other)s)",
        "SELECT a.member_id AS member, b.member_id AS other FROM bench.viewer AS a JOIN bench.viewer AS b ON b.n = a.n + 1"
        " ORDER BY a.n LIMIT 5",
        100,
    ),
    Expectation(
        "whether two members have met",
        "SELECT nearness.has_met(%(member)s, %(other)s)",
        # Of whom little is known to each other: all is asked, also of who wrote most.
        "SELECT a.member_id AS member, most.author_id AS other FROM bench.viewer AS a CROSS JOIN"
        " (SELECT author_id FROM post GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) AS most ORDER BY a.n LIMIT 5",
        10_000,
    ),
    Expectation(
        "the audience of a post to a wider area",
        "SELECT * FROM nearness.audience(%(post)s)",
        "SELECT id AS post FROM post WHERE reach = 'wider' ORDER BY hashint8(id) LIMIT 5",
        3_000,
    ),
    Expectation(
        "the commune of a point",
        "SELECT nearness.commune_at(ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))",
        "SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat FROM bench.place ORDER BY n LIMIT 5",
        120,
    ),
]


def complaints(connection: psycopg.Connection[Any], pages: bool = True) -> list[str]:
    """What is not as expected, in words; nothing where all is. Needs a superuser, who may load auto_explain."""
    found: list[str] = []
    connection.execute("LOAD 'auto_explain'")
    counted = "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND relkind = 'r' AND reltuples > %s"
    large = {name for (name,) in connection.execute(counted, [sorted(LARGE), LITTLE])}
    for expected in EXPECTED:
        cases = connection.execute(expected.who)
        columns = [column.name for column in cases.description or ()]
        for row in cases.fetchall():
            case = dict(zip(columns, row, strict=True))
            # Once for the plans to be kept and the pages to be there.
            connection.execute(expected.statement, case)
            told = plans(connection, expected.statement, case)
            read = max((_pages(plan["Plan"]) for plan in told), default=0)
            if pages and read > expected.pages:
                found.append(f"{expected.name}: {read} pages, {expected.pages} at most")
            for plan in told:
                found += [f"{expected.name}: {what}" for what in _faults(plan["Plan"], large)]
    return sorted(set(found))


def plans(connection: psycopg.Connection[Any], statement: str, case: dict[str, Any]) -> list[dict[str, Any]]:
    """The plans of a statement and of all that its functions asked, as JSON, with what they read."""
    told: list[str] = []

    def listen(notice: psycopg.errors.Diagnostic) -> None:
        told.append(notice.message_primary or "")

    connection.add_notice_handler(listen)
    settings = {
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_nested_statements": "on",
        "auto_explain.log_analyze": "on",
        "auto_explain.log_buffers": "on",
        "auto_explain.log_timing": "off",
        "auto_explain.log_format": "json",
        "client_min_messages": "log",
    }
    try:
        with connection.transaction():
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, true)", [name, value])
            told.clear()
            connection.execute(statement, case)
    finally:
        connection.remove_notice_handler(listen)
    return [
        json.loads(words[match.start() :])
        for words in told
        if (match := re.search(r"^\{", words, re.MULTILINE))
    ]


def _faults(node: dict[str, Any], large: Set[str]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large and node["Actual Loops"]:
        yield f"walks through all of {node['Relation Name']}"
    if node["Node Type"] == "Sort" and node["Actual Rows"] > FEW:
        yield f"sorts {node['Actual Rows']:.0f} rows"
    for inner in node.get("Plans", ()):
        yield from _faults(inner, large)


def _pages(node: dict[str, Any]) -> int:
    return int(node["Shared Hit Blocks"]) + int(node["Shared Read Blocks"])
