"""The weekly review by brute force: census, published cells (sentence 11) and spreads (sentence 5); decision 002."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import h3.api.basic_int as h3

from tests.nearness.grid_steps import steps_from, surroundings_touched

STEPS = (1, 2, 3, 5, 8, 13, 20)
COARSEST, FINEST = 5, 9


@dataclass(frozen=True)
class Numbers:
    """The rule's numbers: k people are the fewest ever told, M make a place full enough."""

    k: int = 11
    m: int = 28


@dataclass
class Standing:
    """What the last review said, and what stands since."""

    numbers: Numbers
    census: Counter[int] = field(default_factory=Counter)
    published: dict[int, int] = field(default_factory=dict)
    spreads: dict[int, int] = field(default_factory=dict)

    @staticmethod
    def ancestor(cell: int, level: int) -> int:
        return int(h3.cell_to_parent(cell, level))

    @staticmethod
    def level(cell: int) -> int:
        return int(h3.get_resolution(cell))

    def review(self, fine_cells: Iterable[int], anchors: Iterable[int]) -> None:
        """`fine_cells`: that of each verified member. `anchors`: the resolution-8 cells whose spread is asked for."""
        self.census = Counter(fine_cells)
        self._publish()
        # What stands at a place where no zone is any more is forgotten (decision 011).
        self.spreads = {anchor: self._spread(anchor) for anchor in anchors}

    # Sentence 5.

    def first_spread(self, anchor: int) -> None:
        """A place that is new between reviews gets one to keep."""
        self.spreads[anchor] = self.spread_at(anchor)

    def spread_at(self, anchor: int) -> int:
        """What stands; where nothing does, the least step by the last census."""
        if anchor in self.spreads:
            return self.spreads[anchor]
        return self._least(anchor, STEPS, self.numbers.m)

    def spread_told(self, anchor: int) -> int:
        """What anybody is told of a place: by published cells alone, each even over its ground (decision 016)."""
        steps = steps_from(surroundings_touched(anchor))
        shares = [(members, set(h3.cell_to_children(cell, 9))) for cell, members in self.published.items()]
        for rings in STEPS:
            held = sum(
                members * len(ground & {cell for cell, step in steps.items() if step <= rings}) / len(ground)
                for members, ground in shares
            )
            if held >= self.numbers.m - 1e-6:
                return rings
        return 20

    def held(self, anchor: int, rings: int) -> int:
        """Verified members within so many rings of a resolution-8 cell, at the last census."""
        steps = steps_from(surroundings_touched(anchor))
        return sum(members for cell, members in self.census.items() if steps.get(cell, 99) <= rings)

    def _spread(self, anchor: int) -> int:
        stands, m = self.spreads.get(anchor), self.numbers.m
        if stands is None or self.held(anchor, stands) < m:
            return self._least(anchor, [step for step in STEPS if stands is None or step > stands], m)
        lower = [step for step in STEPS if step < stands and self.held(anchor, step) >= 2 * m]
        return min(lower, default=stands)

    def _least(self, anchor: int, steps: Iterable[int], wanted: int) -> int:
        return next((step for step in steps if self.held(anchor, step) >= wanted), STEPS[-1])

    # Sentence 11.

    def published_cell(self, fine_cell: int) -> int | None:
        """The one published cell that holds a fine cell."""
        holding = [cell for cell in self.published if self.ancestor(fine_cell, self.level(cell)) == cell]
        if len(holding) > 1:
            raise AssertionError(f"published cells nest: {holding}")
        return holding[0] if holding else None

    def _publish(self) -> None:
        counts: Counter[int] = Counter()
        for cell, members in self.census.items():
            for level in range(COARSEST, FINEST + 1):
                counts[self.ancestor(cell, level)] += members
        stood_split = {
            self.ancestor(cell, level)
            for cell in self.published
            for level in range(COARSEST, self.level(cell))
        }
        stood = {self.ancestor(cell, COARSEST) for cell in self.published}
        k = self.numbers.k

        def leaves(cell: int) -> dict[int, int]:
            if self.level(cell) == FINEST:
                return {cell: counts[cell]}
            children = [child for child in h3.cell_to_children(cell) if counts[child]]
            needed = k if cell in stood_split else 2 * k
            if min(counts[child] for child in children) < needed:
                return {cell: counts[cell]}
            return {leaf: members for child in children for leaf, members in leaves(child).items()}

        roots = [cell for cell in counts if self.level(cell) == COARSEST]
        kept = [root for root in roots if counts[root] >= (k if root in stood else 2 * k)]
        self.published = {leaf: members for root in kept for leaf, members in leaves(root).items()}
