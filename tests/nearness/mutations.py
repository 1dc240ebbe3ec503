"""Each rule broken once on purpose: which test notices? `python -m tests.nearness.mutations [WORD...]`

A copy of the checkout is changed in one place. On it run the examples of the sentence, then the properties over a few
random territories, until one fails. A mutation that nothing notices ends the run with exit code 1.
The words choose mutations by their names. docs/proof.md keeps the outcome.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {
    1: ["test_homes"],
    2: ["test_proposals"],
    3: ["test_redraws", "test_changes"],
    4: ["test_communes"],
    5: ["test_spread"],
    6: ["test_wider_area", "test_barriers"],
    7: ["test_tiers", "test_standing"],
    8: ["test_posts", "test_changes", "test_reaches"],
    9: ["test_posts", "test_visitors", "test_reaches"],
    10: ["test_reaches"],
    11: ["test_published_cells"],
    12: ["test_numbers"],
    13: ["test_review_steps"],
}
"""The files that draw a sentence."""
PROPERTIES = [f"tests/nearness/test_random_{what}.py" for what in ("reviews", "territories", "numbers")]


@dataclass(frozen=True)
class Mutation:
    """`old` stands in `file` at least once; its first place becomes `new`."""

    sentence: int
    name: str
    file: str
    old: str
    new: str


def sql(sentence: int, name: str, file: str, old: str, new: str) -> Mutation:
    return Mutation(sentence, name, f"sql/{file}.sql", old, new)


def code(sentence: int, name: str, file: str, old: str, new: str) -> Mutation:
    return Mutation(sentence, name, f"geoneighbour/{file}.py", old, new)


MUTATIONS = [
    sql(1, "a border does not cover", "19_homes", "ST_Covers(area", "ST_Contains(area"),
    code(1, "surroundings by the parent of the fine cell", "neighbourhoods/service", "cells.cell_at(home, cells.SURROUNDINGS)", "__import__('h3.api.basic_int').api.basic_int.cell_to_parent(cells.cell_at(home, cells.COVER), 8)"),
    code(1, "a move keeps the neighbourhood left behind", "neighbourhoods/service", "    if chosen is None:\n        leave(session, member_id)\n", "    if chosen is None:\n        pass\n"),
    code(1, "what is proposed can be chosen", "neighbourhoods/service", "if neighbourhood.state != OPEN:", "if False:"),
    code(2, "opening moves only who came last", "neighbourhoods/service", "_move(session, list(supporters), neighbourhood.id)", "_move(session, list(supporters)[-1:], neighbourhood.id)"),
    code(2, "support from anywhere", "neighbourhoods/service", "raise InvalidInput(\"Votre domicile n'est pas dans ce quartier.\"", "neighbourhood or InvalidInput(\"\""),
    sql(2, "visitors count as supporters", "28_proposals", "    AND member.verified_at IS NOT NULL\n", ""),
    sql(2, "one supporter more", "28_proposals", "SELECT count(*) >= (", "SELECT count(*) > ("),
    sql(2, "soon_open later", "28_proposals", "WHEN 2 * count(*)", "WHEN count(*)"),
    sql(2, "shown around a larger cell", "28_proposals", "nearness.cell_parent(residence.home_cell, 5)", "nearness.cell_parent(residence.home_cell, 4)"),
    sql(2, "shown without regard to the published cell", "28_proposals", "coalesce(nearness.published_cell(residence.home_cell), ", "coalesce(NULL, "),
    sql(3, "everybody is asked", "45_changes", "      AND NOT nearness.home_in(residence.member_id, neighbourhood.geom)\n", ""),
    sql(3, "taken in again, and asked still", "45_changes", "    AND nearness.home_in(leaving.member_id, neighbourhood.geom);", "    AND false;"),
    sql(3, "they leave at once", "45_changes", "now() + interval '14 days' + random() * interval '28 days'", "now()"),
    sql(3, "they leave at the earliest day", "45_changes", "WHERE leaving.leaves_at <= now()", "WHERE leaving.leaves_at <= now() + interval '28 days'"),
    sql(3, "they never leave", "45_changes", "UPDATE residence SET zone = residence.surroundings, since = now()\n    FROM gone", "UPDATE residence SET since = now()\n    FROM gone"),
    sql(3, "all are told who is asked", "45_changes", "    AND (of_kind <> 'redrawn' OR NOT EXISTS", "    AND (true OR NOT EXISTS"),
    sql(3, "three times a month", "45_changes", ") < 2)", ") < 3)"),
    sql(3, "a month of 30 days", "45_changes", "interval '31 days'", "interval '30 days'"),
    sql(3, "visitors change things", "45_changes", "    SELECT FROM nearness.person\n    JOIN neighbourhood ON neighbourhood.id = person.zone\n    WHERE person.member_id", "    SELECT FROM residence AS person\n    JOIN neighbourhood ON neighbourhood.id = person.zone\n    WHERE person.member_id"),
    code(3, "no time to discuss", "neighbourhoods/changes", "if datetime.now(UTC) < change.proposed_at + DISCUSSED:", "if False:"),
    code(3, "anybody accepts", "neighbourhoods/changes", "    if member_id not in deciding:\n        return Forbidden", "    if member_id not in deciding and False:\n        return Forbidden"),
    code(3, "one accepts one's own beside others", "neighbourhoods/changes", "if member_id == change.proposed_by and len(deciding) > 1:", "if False:"),
    code(3, "a quarter of the ground is enough", "neighbourhoods/changes", "KEPT = 0.5", "KEPT = 0.25"),
    code(3, "who joined elsewhere leaves that too", "neighbourhoods/service", "for table in (Leaving, Moderator, Voice):", "for table in (Moderator, Voice):"),
    code(3, "a move back in does not help", "neighbourhoods/service", "        session.execute(delete(Leaving).where(Leaving.member_id == member_id))\n", "        pass\n"),
    code(3, "the cover stays as it was", "neighbourhoods/effects", "    zones.redraw(session, neighbourhood.id, neighbourhood.anchor, neighbourhood.cover)\n", ""),
    code(3, "the anchor stays as it was", "neighbourhoods/zones", "    session.execute(update(Zone).where(Zone.id == zone).values(anchor=anchor))\n", ""),
    code(3, "the wider area stays as it was", "neighbourhoods/zones", "    relate(session, zone, start)\n", ""),
    code(3, "no earlier outline is kept", "neighbourhoods/effects", "    neighbourhood.version += 1\n", ""),
    sql(4, "a border does not cover", "14_commune_pieces", "ST_Covers(commune.geom, place)", "ST_Contains(commune.geom, place)"),
    sql(4, "the greatest code", "14_commune_pieces", 'covering.code COLLATE "C"', 'covering.code COLLATE "C" DESC'),
    sql(4, "short codes first", "14_commune_pieces", 'covering.code COLLATE "C"', 'length(covering.code), covering.code COLLATE "C"'),
    sql(4, "the country does not matter", "14_commune_pieces", 'covering.country COLLATE "C", ', ""),
    sql(4, "closed communes cover", "14_commune_pieces", "WHERE commune.valid_to IS NULL\n        AND ST_Covers", "WHERE ST_Covers"),
    sql(4, "a piece goes as far as its edge", "14_commune_pieces", "ST_DWithin(piece.geom, place, 1e-9)", "ST_Covers(piece.geom, place)"),
    sql(4, "the least of the pieces at hand", "14_commune_pieces", "CASE WHEN count(*) = 1 THEN", "CASE WHEN count(*) >= 1 THEN"),
    sql(4, "squares end at their sides", "14_commune_pieces", "4326), 1e-6)", "4326), 0)"),
    sql(4, "no piece where no commune is", "14_commune_pieces", "WHERE NOT ST_IsEmpty(cut.geom)", "WHERE NOT ST_IsEmpty(cut.geom) AND cut.commune_id <> 0"),
    sql(4, "a corner is a border", "15_communes", "'****1****'", "'****0****'"),
    sql(4, "any touch is a border", "15_communes", "ST_Relate(a.geom, b.geom, '****1****')", "ST_Intersects(a.geom, b.geom)"),
    sql(4, "adjacent one way", "15_communes", "  SELECT one, two FROM pair\n  UNION ALL\n", ""),
    sql(4, "entered one way", "15_communes", "VALUES (one, two, true), (two, one, true)", "VALUES (one, two, true)"),
    sql(4, "none equals none", "20_nearness", "near_commune.commune_id = a.commune_id\n    JOIN nearness.person AS b ON b.commune_id = near_commune.other_id", "near_commune.commune_id = coalesce(a.commune_id, (SELECT min(id) FROM commune))\n    JOIN nearness.person AS b ON coalesce(b.commune_id, (SELECT min(id) FROM commune)) = near_commune.other_id"),
    sql(5, "no inertia", "22_spread", "THEN 2 ELSE 1 END", "THEN 1 ELSE 1 END"),
    sql(5, "more than M", "22_spread", "step.members >= CASE", "step.members > CASE"),
    sql(5, "a step is missing", "22_spread", "(8), (13)", "(8)"),
    sql(5, "a ring less", "22_spread", "near.ring <= step.rings", "near.ring < step.rings"),
    sql(5, "visitors are counted", "26_published_cells", "WHERE member.verified_at IS NOT NULL\n  GROUP BY", "GROUP BY"),
    sql(5, "the paused are not counted", "26_published_cells", "WHERE member.verified_at IS NOT NULL\n", "WHERE member.verified_at IS NOT NULL AND member.paused_at IS NULL\n"),
    code(5, "counted around the seven children alone", "ground/cells", "h3.grid_disk(h3.cell_to_center_child(cell, COVER), 2)", "h3.grid_disk(h3.cell_to_center_child(cell, COVER), 1)"),
    code(5, "a review sets no spread", "nearness/review", "    changed = batches.review_spreads(session, anchors)\n", "    changed = []\n"),
    code(6, "a review leaves the wider areas", "nearness/review", "    pairs = batches.relate(session, concerned)\n", "    pairs = 0\n"),
    sql(6, "the smaller spread decides", "24_wider_area", "greatest(own_spread, spread.rings)", "least(own_spread, spread.rings)"),
    sql(6, "one's own spread decides", "24_wider_area", "greatest(own_spread, spread.rings)", "own_spread"),
    sql(6, "less than the spread", "24_wider_area", "nearest.rings <= greatest", "nearest.rings < greatest"),
    sql(6, "stored one way", "24_wider_area", "  UNION ALL\n  SELECT pair.other, of_zone, pair.rings FROM pair;", "  ;"),
    sql(6, "the furthest cell of the cover", "24_wider_area", "min(near.ring)", "max(near.ring)"),
    sql(6, "barriers: a bridge opens one of its steps' ends alone", "25_barriers", "\n      AND NOT EXISTS (SELECT FROM crossing WHERE crossing.source = of_source AND crossing.cell = step.two)", ""),
    sql(6, "barriers: a bridge opens what others brought", "25_barriers", "crossing.source = of_source AND crossing.cell = step.one", "crossing.cell IN (step.one, step.two)"),
    sql(6, "barriers: barred one way", "25_barriers", "  SELECT barred.one, barred.two, of_source FROM barred\n  UNION ALL\n", ""),
    sql(6, "barriers: cut off though there is a bridge", "25_barriers", "\n      AND NOT EXISTS (SELECT FROM crossing WHERE crossing.source = near.source AND crossing.cell = way.cell)", ""),
    code(6, "barriers: rings start on both banks", "neighbourhoods/walking", " - cut_off.get(zone, set())", ""),
    code(6, "barriers: no margin along a border", "neighbourhoods/walking", "MARGIN_DEGREES = 0.0005", "MARGIN_DEGREES = 0.0"),
    code(6, "barriers: an import leaves the wider areas", "barriers/service", "        batches.relate(session, batch)\n", "        pass\n"),
    code(6, "barriers: an import leaves where rings start", "barriers/service", "        zones.place_all(session, walking.covers(session, batch))\n", "        pass\n"),
    code(6, "barriers: a batch walks straight", "neighbourhoods/batches", "if walled.size and", "if False and"),
    code(6, "barriers: a batch walks through", "neighbourhoods/batches", "rings_around(start, barred=barred)", "rings_around(start)"),
    code(6, "barriers: strangers walk straight", "nearness/service", "walking.rings_around(session, walking.start(session, zone, walking.cover(session, zone)), most)", "cells.rings_around(walking.cover(session, zone), most)"),
    code(6, "barriers: looked for in one region alone", "ground/cells", "h3.grid_disk(region, 2)", "[region]"),
    code(6, "barriers: regions without those of the steps", "boundaries/lines", "cells.regions_of(passed[at].union(met[at].ravel().tolist()))", "cells.regions_of(list(passed[at])[:1])"),
    code(6, "a ring less is walked", "ground/cells", "range(1, most + 1)", "range(1, most)"),
    code(6, "covers go by the cells' centres", "ground/cells", 'COVER, "overlap")', 'COVER, "center")'),
    code(6, "a hole takes away all that it touches", "ground/cells", 'COVER, "full")', 'COVER, "overlap")'),
    sql(7, "hiding acts one way", "20_nearness", "NOT (a.hidden_from_wider OR b.hidden_from_wider)", "NOT a.hidden_from_wider"),
    sql(7, "hiding hides from neighbours", "20_nearness", "(near_zone.tier = 'neighbour' OR NOT (a.hidden_from_wider OR b.hidden_from_wider))", "NOT (a.hidden_from_wider OR b.hidden_from_wider)"),
    sql(7, "a block acts one way", "20_nearness", "UNION ALL\nSELECT blocked_id, blocker_id FROM block;", ";"),
    sql(7, "a block leaves the commune", "20_nearness", "      AND b.member_id = tier.other\n      AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = tier.viewer AND blocked.other_id = tier.other)\n    UNION ALL\n    SELECT 6", "      AND b.member_id = tier.other\n    UNION ALL\n    SELECT 6"),
    sql(7, "the paused are present", "12_standing", "verified IS NULL OR paused IS NOT NULL", "verified IS NULL"),
    sql(7, "visitors are members", "12_standing", "verified IS NULL OR paused IS NOT NULL", "paused IS NOT NULL"),
    sql(7, "the suspended are present", "12_standing", "ELSE coalesce(suspended_until, 'infinity')", "ELSE coalesce(suspended_until, '-infinity')"),
    sql(7, "a suspension has no end", "12_standing", "WHERE residence.known_from <= now()", "WHERE residence.known_from = '-infinity'"),
    sql(7, "hiding is not heard of", "12_standing", "    hidden_from_wider = new.hidden_from_wider\n", "    hidden_from_wider = residence.hidden_from_wider\n"),
    sql(7, "a pause is not heard of", "12_standing", "AFTER UPDATE OF verified_at, paused_at, ", "AFTER UPDATE OF verified_at, "),
    sql(7, "who comes is not asked for", "12_standing", "BEFORE INSERT ON residence", "BEFORE UPDATE OF since ON residence"),
    sql(7, "the commune before the wider area", "20_nearness", "THEN 2 ELSE 3 END", "THEN 2 ELSE 5 END"),
    sql(8, "posts stay behind in a merger", "45_changes", "  UPDATE post SET origin_zone = heir WHERE post.origin_zone = gone;\n", "  UPDATE post SET origin_zone = post.origin_surroundings WHERE post.origin_zone = gone;\n"),
    sql(8, "posts follow their author out of an archive", "45_changes", "UPDATE post SET origin_zone = post.origin_surroundings WHERE post.origin_zone = gone;", "UPDATE post SET origin_zone = residence.surroundings FROM residence WHERE post.origin_zone = gone AND residence.member_id = post.author_id;"),
    sql(8, "moderators stay behind", "45_changes", "  UPDATE moderator SET neighbourhood_id = heir WHERE moderator.neighbourhood_id = gone;\n", ""),
    sql(8, "any two can merge", "45_changes", "    AND ST_DWithin(own.geom::geography, other.geom::geography, 100)\n", ""),
    code(8, "one side is enough for a merger", "neighbourhoods/changes", "if change.accepted_at and (change.agreed_at or change.into_id is None):", "if change.accepted_at:"),
    code(8, "what else was proposed lives on", "neighbourhoods/effects", ".values(state=\"lapsed\", ended_at=func.now())", ".values(why=Change.why)"),
    code(8, "moderators come back", "neighbourhoods/service", "for table in (Leaving, Moderator, Voice):", "for table in (Leaving, Voice):"),
    sql(8, "official quarters are archived too", "45_changes", "      AND neighbourhood.scheme IS NULL\n", ""),
    sql(8, "strangers read what is proposed", "46_changes_shown", "    AND (nearness.lives_in(of_member, change.neighbourhood_id) OR nearness.lives_in(of_member, change.into_id));", "    AND true;"),
    sql(8, "a block hides nothing", "46_changes_shown", "    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = of_member AND blocked.other_id = author.id)\n", ""),
    sql(9, "visits of three days", "20_nearness", "interval '48 hours'", "interval '72 hours'"),
    sql(8, "a post follows its author", "30_reach", "JOIN nearness.neighbourhood_key AS mine ON mine.key = post.key", "JOIN nearness.neighbourhood_key AS mine ON mine.key = (SELECT residence.zone FROM residence WHERE residence.member_id = post.author_id)"),
    code(8, "no cell is frozen", "posts/service", "origin_cell=None if meant.on_homes else reaching.published_cell(session, home)", "origin_cell=None"),
    sql(8, "watches stay behind in a merger", "45_changes", "  UPDATE watch_area SET neighbourhood_id = heir WHERE watch_area.neighbourhood_id = gone;\n", ""),
    sql(9, "visitors stay", "20_nearness", "  AND now() < nearness.visit_ends(member.created_at", "  AND '-infinity' < nearness.visit_ends(member.created_at"),
    sql(9, "a move makes no visitor", "20_nearness", "greatest(created, moved)", "created"),
    sql(9, "visitors read in surroundings", "29_keys", "JOIN neighbourhood ON neighbourhood.id = visitor.zone AND neighbourhood.state = 'open'\n", ""),
    sql(9, "visitors hear the commune", "29_keys", "VALUES ('neighbourhood'), ('wider')) AS reach_tier", "VALUES ('neighbourhood'), ('wider'), ('commune')) AS reach_tier"),
    sql(9, "a block does not stop visitors", "30_reach", "    SELECT FROM nearness.blocked WHERE blocked.member_id = visitor_key.member_id AND blocked.other_id = post.author_id\n", "    SELECT FROM nearness.blocked WHERE false\n"),
    sql(9, "visitors are in the audience", "12_standing", "WHERE residence.known_from <= now()", "WHERE residence.known_from IS NULL OR residence.known_from <= now()"),
    sql(9, "closed posts stay in the feed", "32_feed", "        AND post.closed_at IS NULL\n        AND (of_kind IS NULL OR post.kind = of_kind)\n        AND (readable", "        AND (of_kind IS NULL OR post.kind = of_kind)\n        AND (readable"),
    sql(9, "a switch shows nearer tiers too", "32_feed", "WHERE of_tier IS NULL OR seen.tier = of_tier", "WHERE true"),
    sql(9, "under a switch no neighbour's radius", "32_feed", "'from_zone' AS by, neighbourhood_key.key FROM nearness.neighbourhood_key", "'from_zone' AS by, neighbourhood_key.key FROM nearness.neighbourhood_key WHERE false"),
    sql(9, "under a switch no radius of the wider area", "32_feed", "'from_zone', wider_key.key FROM nearness.wider_key", "'from_zone', wider_key.key FROM nearness.wider_key WHERE false"),
    sql(9, "under a switch no radius of the commune", "32_feed", "'from_commune', commune_key.key FROM nearness.commune_key", "'from_commune', commune_key.key FROM nearness.commune_key WHERE false"),
    sql(9, "under a switch no radius from around the commune", "32_feed", "'from_commune', adjacent_commune_key.key FROM nearness.adjacent_commune_key", "'from_commune', adjacent_commune_key.key FROM nearness.adjacent_commune_key WHERE false"),
    sql(9, "under a switch the far are not looked for", "32_feed", "WHEN reader_key.by IN ('cell', 'all') THEN of_tier = 'beyond'", "WHEN reader_key.by IN ('cell', 'all') THEN false"),
    sql(9, "the switch of kinds does nothing", "32_feed", "BEGIN\n  IF of_tier = 'self' THEN", "BEGIN\n  of_kind := NULL;\n  IF of_tier = 'self' THEN"),
    sql(9, "one's own posts are missing", "32_feed", "          SELECT post.id FROM post\n          WHERE post.author_id = of_member AND", "          SELECT post.id FROM post\n          WHERE false AND"),
    sql(9, "a page does not make up for what was filtered out", "32_feed", "    batch := least(2 * batch, 1000);\n", "    batch := least(2 * batch, 1000);\n    EXIT;\n"),
    sql(9, "an author who hides is heard", "30_reach", "come.tier IS DISTINCT FROM 'wider' OR NOT (author.hidden_from_wider OR come.hidden_from_wider)", "come.tier IS DISTINCT FROM 'wider' OR NOT come.hidden_from_wider"),
    sql(9, "a block does not stop posts", "30_reach", "  AND come.member_id <> ALL (shunned.others)", ""),
    sql(9, "the adjacent without one's own", "30_reach", "WHERE post.reach IN ('commune', 'commune_adjacent')", "WHERE post.reach = 'commune'"),
    sql(9, "the wider area without the neighbours", "30_reach", "WHERE post.reach IN ('neighbourhood', 'wider')", "WHERE post.reach = 'neighbourhood'"),
    sql(9, "watchers read the wider area", "29_keys", "SELECT post.id, 'from_commune', post.origin_commune_id\nFROM post\nWHERE post.reach IN (SELECT watched_reach.reach FROM nearness.watched_reach)\n", "SELECT post.id, 'from_commune', post.origin_commune_id\nFROM post\nWHERE true\n"),
    sql(9, "watchers are in the audience", "30_reach", "WHERE sees.as_what IN ('recipient', 'home');", "WHERE sees.as_what <> 'ground';"),
    sql(9, "an audience without exact homes", "30_reach", "AND sees.as_what IN ('recipient', 'ground')", "AND sees.as_what = 'recipient'"),
    sql(9, "read from both ends at once", "30_reach", "WHERE sees.as_what IN ('recipient', 'home', 'watcher')", "WHERE true"),
    sql(9, "who watches reads it twice", "32_feed", "DISTINCT ON (post.id) post.id", "post.id"),
    sql(9, "a watch is told before the reach", "32_feed", "    ORDER BY watch_id NULLS FIRST", "    ORDER BY watch_id NULLS LAST"),
    code(9, "a watched area holds what it touches", "ground/cells", "shape.covers(outline(cell).centroid)", "shape.intersects(outline(cell))"),
    code(9, "six watched areas", "posts/watching", ">= MOST_WATCHED", "> MOST_WATCHED"),
    code(9, "gardens are watched", "posts/watching", "LEAST_KM2, MOST_KM2 = 1.0", "LEAST_KM2, MOST_KM2 = 0.2"),
    code(9, "visitors watch", "posts/watching", "    members.require_verified(session, member_id)\n", ""),
    sql(9, "a watch finds the cell of once", "29_keys", "  SET cell = nearness.post_cell(post.origin_cell)", "  SET cell = post_cell.cell"),
    sql(10, "a radius is on a sphere", "29_keys", "centre::geography, radius_m)", "centre::geography, radius_m, false)"),
    sql(10, "a radius is in degrees", "29_keys", "ST_DWithin(ST_Centroid(outline)::geography, centre::geography, radius_m)", "ST_DWithin(ST_Centroid(outline), centre, radius_m / 111195.0)"),
    sql(10, "an area holds the cells it touches", "29_keys", "ST_Covers(ground, ST_Centroid(outline))", "ST_Intersects(ground, outline)"),
    sql(10, "cells published anew are not reached", "29_keys", "WHERE ground_cell.cell = ANY (appeared)", "WHERE false"),
    sql(10, "an area is on homes for all", "19_homes", "WHERE post.on_homes\n", "WHERE true\n"),
    sql(10, "a border is outside", "19_homes", "ST_Covers(post.ground, home.geom)", "ST_Contains(post.ground, home.geom)"),
    sql(10, "boxes at an edge count whole", "19_homes", "CASE WHEN quarter.within THEN true ELSE ST_Covers(ground, home.geom) END", "true"),
    sql(10, "a box that is met is within", "19_homes", "SELECT ST_Covers(ground, part.box) AS within", "SELECT ST_Intersects(ground, part.box) AS within"),
    sql(10, "only what is within is looked at", "19_homes", "      AND (held.within OR ST_Intersects(ground, part.box))", "      AND (held.within OR ST_Within(ground, part.box))"),
    sql(10, "boxes share their sides", "19_homes", "AND ST_X(home.geom) >= quarter.west AND ST_X(home.geom) < quarter.east", "AND ST_X(home.geom) >= quarter.west AND ST_X(home.geom) <= quarter.east"),
    sql(10, "boxes hold none of their sides", "19_homes", "AND ST_Y(home.geom) >= quarter.south AND ST_Y(home.geom) < quarter.north", "AND ST_Y(home.geom) > quarter.south AND ST_Y(home.geom) < quarter.north"),
    sql(10, "an agent's crowd is told everywhere", "19_homes", "  AND (post.origin_commune_id IS NULL OR person.commune_id = post.origin_commune_id);\nCOMMENT ON VIEW nearness.ground_told", "  AND true;\nCOMMENT ON VIEW nearness.ground_told"),
    sql(10, "an agent speaks everywhere", "19_homes", "post.origin_commune_id IS NULL OR person.commune_id = post.origin_commune_id", "true"),
    sql(10, "an authority speaks from a home", "30_reach", "come.home_zone = post.origin_zone AND NOT post.on_homes", "come.home_zone = post.origin_zone"),
    sql(10, "the far are told as near", "30_reach", "ELSE 'beyond'", "ELSE 'adjacent_commune'"),
    code(10, "499 m", "posts/models", "LEAST_RADIUS_M, MOST_RADIUS_M = 500", "LEAST_RADIUS_M, MOST_RADIUS_M = 499"),
    code(10, "anybody writes to all", "posts/reaching", "if reach == \"all\" and not _is_loud(session, member_id):", "if False:"),
    code(10, "anybody asks for homes", "posts/reaching", "    roles.require(session, member_id, AUTHORITY)\n", ""),
    code(10, "an authority's post shows a cell", "posts/service", "origin_cell=None if meant.on_homes else reaching", "origin_cell=reaching"),
    sql(11, "split at k", "26_published_cells", "THEN 2 * setting.k ELSE setting.k END)\n  ),", "THEN setting.k ELSE setting.k END)\n  ),"),
    sql(11, "merged under 2 k", "26_published_cells", "WHEN stands.cell IS NULL THEN 2 * setting.k ELSE setting.k", "WHEN stands.cell IS NULL THEN 2 * setting.k ELSE 2 * setting.k"),
    sql(11, "split when one child is full", "26_published_cells", "HAVING min(child.members)", "HAVING max(child.members)"),
    sql(11, "first published at k", "26_published_cells", "WHEN stood.cell IS NULL THEN 2 * setting.k", "WHEN stood.cell IS NULL THEN setting.k"),
    sql(11, "published under k while it stands", "26_published_cells", "WHEN stood.cell IS NULL THEN 2 * setting.k ELSE setting.k", "WHEN stood.cell IS NULL THEN 2 * setting.k ELSE 1"),
    sql(11, "parents stay beside their children", "26_published_cells", "WHERE NOT EXISTS (SELECT FROM divided WHERE divided.cell = tree.cell)", "WHERE true"),
    sql(11, "no finer than resolution 8", "26_published_cells", "generate_series(5, 9) AS level (resolution)\n    ) AS", "generate_series(5, 8) AS level (resolution)\n    ) AS"),
    sql(11, "placed by the finest cell alone", "26_published_cells", "nearness.cell_parent(home_cell, 6), nearness.cell_parent(home_cell, 5)", "nearness.cell_parent(home_cell, 6)"),
    sql(12, "numbers under k", "40_numbers", "CASE WHEN number >= nearness_setting.k THEN (round(number / 10) * 10)::integer END", "(round(number / 10) * 10)::integer"),
    sql(12, "to the nearest five", "40_numbers", "round(number / 10) * 10", "round(number / 5) * 5"),
    sql(12, "halves upwards", "40_numbers", "round(number / 10) * 10", "floor(number / 10 + 0.5) * 10"),
    sql(12, "whole cells", "40_numbers", "ST_Area(ST_Intersection(area, cell)) / ST_Area(cell)", "1"),
    sql(12, "no floor for an open neighbourhood", "40_numbers", "greatest(inside.people, nearness_setting.k)", "inside.people"),
    sql(12, "a floor for the widest area too", "40_numbers", "CASE WHEN own_spread < 20 THEN", "CASE WHEN own_spread <= 20 THEN"),
    sql(12, "numbers of today", "40_numbers", "published_cell.members * nearness.share_inside", "(SELECT count(*) FROM residence WHERE nearness.published_cell(home_cell) = published_cell.cell) * nearness.share_inside"),
    sql(12, "the roll names who is not listed", "40_numbers", "    AND other.listed\n", ""),
    sql(12, "who is not listed reads the roll", "40_numbers", " AND reader.listed", ""),
    sql(12, "visitors read the roll", "40_numbers", "  FROM nearness.person AS viewer\n", "  FROM residence AS viewer\n"),
    sql(12, "surroundings have a roll", "40_numbers", " AND NOT nearness.is_surroundings(viewer.zone)", ""),
    code(13, "a review leaves before it counts", "nearness/review", '    "census": _census,\n    "leave": _leave,\n', '    "leave": _leave,\n    "census": _census,\n'),
    code(13, "cells are published before what was redrawn", "nearness/review", '    "changes": _changes,\n    "proposals": _proposals,\n    "cells": _cells,\n', '    "cells": _cells,\n    "changes": _changes,\n    "proposals": _proposals,\n'),
    code(4, "homes are not rounded", "ground/points", "round(value, 7)", "float(value)"),
    code(2, "invalid outlines are taken", "ground/shapes", "if not shape.is_valid:", "if False:"),
    code(2, "outlines of any size are taken", "ground/shapes", "if area > largest_km2 * 1e6:", "if False:"),
    code(2, "gardens are taken", "ground/shapes", "if area < least else None", "if False else None"),
]  # fmt: skip


def run(mutation: Mutation, copy: Path) -> str | None:
    """The first test that fails on the mutated copy, which is mended afterwards; None when all pass."""
    changed = copy / mutation.file
    before = changed.read_text()
    if mutation.old not in before:
        raise SystemExit(f"{mutation.file} no longer holds: {mutation.old}")
    changed.write_text(before.replace(mutation.old, mutation.new, 1))
    examples = [f"tests/nearness/{name}.py" for name in EXAMPLES[mutation.sentence]]
    if "/ground/" in mutation.file:
        examples = ["tests/ground"]
    try:
        return _first_failure(copy, *examples) or _first_failure(copy, *PROPERTIES)
    finally:
        changed.write_text(before)


@contextmanager
def checkout() -> Iterator[Path]:
    """A copy of this one, with a private cluster of its own."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder) / "checkout"
        ignored = shutil.ignore_patterns(
            ".git", ".venv", "node_modules", "__pycache__", "vendor", "img", ".*_cache"
        )
        shutil.copytree(ROOT, copy, ignore=ignored)
        try:
            yield copy
        finally:
            _python(copy, "-m", "geoneighbour", "db", "destroy", "--yes")


def _first_failure(copy: Path, *tests: str) -> str | None:
    found = _python(copy, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests)
    if found.returncode == 0:
        return None
    failed = re.search(r"^(?:FAILED|ERROR) tests/\w+/\w+\.py::([^\s\[]+)", found.stdout, re.MULTILINE)
    return (
        failed.group(1)
        if failed
        else f"exit code {found.returncode}: {(found.stderr or found.stdout)[-300:]}"
    )


def _python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "GEONEIGHBOUR_PROVE": "6",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def main(words: list[str]) -> int:
    chosen = [m for m in MUTATIONS if not words or any(word in f"{m.sentence} {m.name}" for word in words)]
    unnoticed = 0
    with checkout() as copy:
        for mutation in chosen:
            failed = run(mutation, copy)
            unnoticed += failed is None
            print(f"| {mutation.sentence} | {mutation.name} | {failed or '**nothing**'} |", flush=True)  # noqa: T201
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
