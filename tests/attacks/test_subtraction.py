"""Attack e: numbers taken from one another, between cells, parents and siblings, and from one weekly review to the next.

The attacker knows the exact number of each published cell, which is more than is told (it is rounded to ten; drawing
outlines over parts of a cell may narrow it down, see docs/security.md).
"""

from __future__ import annotations

import random
from collections import Counter

import h3.api.basic_int as h3
from sqlalchemy import insert, text

from geoneighbour.members import service as members
from geoneighbour.nearness.models import Census, PublishedCell
from tests.attacks.country import PLAIN, REGION, places, span_m
from tests.attacks.test_visitors import asks, probes

K = 11
POPULATIONS = 40
PUBLISH = text("SELECT cell, members FROM nearness.cells_to_publish()")


def reviewed(session, census: Counter[int], standing: dict[int, int]) -> dict[int, int]:
    """The cells that a review publishes after this census, where `standing` ones stood."""
    for table, name, rows in ((Census, "members", census), (PublishedCell, "members", standing)):
        session.execute(text("DELETE FROM " + table.__tablename__))
        if rows:
            session.execute(insert(table), [{"cell": cell, name: number} for cell, number in rows.items()])
    return {row.cell: row.members for row in session.execute(PUBLISH)}


def population(rnd: random.Random) -> Counter[int]:
    """Homes in clumps over one cell of resolution 5."""
    fine = h3.cell_to_children(REGION, 9)
    homes: Counter[int] = Counter(rnd.choices(fine, k=rnd.randint(20, 60)))
    for _ in range(rnd.randint(1, 6)):
        ground = h3.grid_disk(rnd.choice(fine), rnd.randint(0, 4))
        homes.update(rnd.choices(ground, k=rnd.randint(20, 300)))
    return homes


def anywhere(rnd: random.Random) -> tuple[Counter[int], int]:
    census = population(rnd)
    return census, rnd.choice([*census])


def on_the_brink(rnd: random.Random) -> tuple[Counter[int], int]:
    """A cell of resolution 8 that is split as soon as one more comes to the last of its parts."""
    parts = rnd.sample(h3.cell_to_children(rnd.choice(h3.cell_to_children(REGION, 8)), 9), rnd.randint(2, 7))
    census = Counter({part: rnd.randint(2 * K, 4 * K) for part in parts})
    census[parts[0]] = 2 * K - 1
    return census, parts[0]


def within(cell: int, published: dict[int, int]) -> list[int]:
    """Those published cells within another one."""
    level = h3.get_resolution(cell)
    return [
        other
        for other in published
        if h3.get_resolution(other) > level and h3.cell_to_parent(other, level) == cell
    ]


def test_between_cells_and_from_week_to_week(session, figure):
    """No difference is a count from 1 to k - 1 but that of who came or left within a whole published cell."""
    # The outlines of cells are of no matter here.
    session.execute(text("ALTER TABLE published_cell DROP CONSTRAINT fk_published_cell_cell"))
    rnd, differences, seen = random.Random(11), 0, 0
    for number in range(POPULATIONS):
        census, home = on_the_brink(rnd) if number % 2 else anywhere(rnd)
        before = reviewed(session, census, {})
        after = reviewed(session, census + Counter([home]), before)
        fewer = Counter(census)
        # Cells that stay split down to k: one more goes.
        fewer[home] = min(census[home], K)
        stood = reviewed(session, fewer, after)
        left = reviewed(session, fewer - Counter([home]), stood)
        for old, new in ((before, after), (stood, left)):
            for published in (old, new):
                assert all(number >= K for number in published.values())
                assert not any(within(cell, published) for cell in published)
            for coarse, fine in ((old, new), (new, old)):
                for cell, number in coarse.items():
                    if parts := within(cell, fine):
                        # One was split, or merged: what the parts leave of the whole is the one who came or left.
                        differences += 1
                        assert abs(number - sum(fine[part] for part in parts)) <= 1
            changed = {cell for cell in old.keys() | new.keys() if old.get(cell) != new.get(cell)}
            seen += bool(changed)
            # Whatever tells of it is a cell of k members, as told before or since.
            assert all(max(old.get(cell, 0), new.get(cell, 0)) >= K for cell in changed)
    assert differences >= POPULATIONS / 2
    figure(
        f"subtraction: {POPULATIONS} populations, a join and a leave each, {seen} seen by exact numbers, none in less than a"
        f" published cell; {differences} splits and merges between two reviews, no other count under k"
    )


def test_control_cells_merged_while_under_k(session, figure):
    """The literal rule, "what is under k shows its parent": subtraction gives exact small counts."""
    rnd, found, parents = random.Random(11), 0, 0
    for _ in range(POPULATIONS):
        census = population(rnd)
        for parent in h3.cell_to_children(REGION, 8):
            counts = [census[child] for child in h3.cell_to_children(parent, 9) if census[child]]
            shown, hidden = [n for n in counts if n >= K], [n for n in counts if n < K]
            if shown and hidden and sum(counts) >= K:
                parents += 1
                found += 0 < sum(counts) - sum(shown) < K
    figure(f"  control, merged while under k: exact counts under k in {found} of {parents} mixed parents")
    assert found > parents / 4


def test_two_reviews_around_one_join(country, visitor, figure):
    """What anybody is told before and after the target came: the same, wherever in the published cell she came to."""
    points = probes(PLAIN, 1)

    def attack() -> object:
        target = members.get(country.session, country.target)
        verified, told = target.verified_at, []
        for at in (None, verified):
            target.verified_at = at
            country.review()
            told.append(asks(visitor, points))
        return told

    left = country.posterior(places(PLAIN, corners=3), attack)
    figure(
        f"two reviews around one join: {len(left)} of 4 places of the published cell are left, {span_m(left):.0f} m across"
    )
    assert left == places(PLAIN, corners=3)
