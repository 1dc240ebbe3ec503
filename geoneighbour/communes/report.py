"""What an operator reads of an import: how it gets on (standard error) and what it did (standard output)."""

from __future__ import annotations

import json
from dataclasses import asdict
from types import TracebackType
from typing import Self

from tqdm import tqdm

from geoneighbour.boundaries.quality import Quality
from geoneighbour.communes.queries import Generation
from geoneighbour.communes.service import Summary

MOST_LINES = 20

COUNTED = (
    "read",
    "added",
    "renamed",
    "reshaped",
    "merged",
    "split",
    "recoded",
    "unchanged",
    "repaired",
    "rejected",
)
"""What a summary counts of rows and communes, in the order in which it is printed."""


class Bar:
    """A bar on standard error while files are read, then the name of each stage; nothing where that is no terminal."""

    def __init__(self) -> None:
        # disable=None: off unless standard error is a terminal.
        self._bar = tqdm(unit="B", unit_scale=True, disable=None, leave=False, dynamic_ncols=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._bar.close()

    def stage(self, doing: str) -> None:
        self._bar.set_description_str(doing)

    def to_read(self, count: int) -> None:
        self._bar.reset(count)

    def has_read(self, count: int) -> None:
        self._bar.update(count)


def as_text(summary: Summary) -> str:
    """The counts on one line, a line for each commune that is not plain, and what it meant for members."""
    counts = ", ".join(
        f"{count:,} {name}" for name, count in _counts(summary).items() if count or name == "read"
    )
    lines = [f"  {detail.code or '-'}  {detail.reason}" for detail in summary.details]
    members = [f"{summary.moved:,} members moved, {summary.told:,} told"] if summary.moved else []
    return "\n".join([counts, *lines, *_quality(summary.quality), *members])


def _quality(quality: Quality) -> list[str]:
    """A line for each finding, the gravest of each kind first, and how many more there are."""
    lines = (
        []
        if quality.whole
        else ["  the outlines could not be looked at everywhere: there are too many faults"]
    )
    for kind, count in quality.counts().items():
        some = [finding for finding in quality.findings if finding.kind == kind][:MOST_LINES]
        lines += [f"  {finding}" for finding in some]
        if count > len(some):
            lines.append(f"  {kind}: {count - len(some):,} more (all of them with --json)")
    return lines


def as_line(generation: Generation) -> str:
    """A version on one line: years, code, name, and what became of it."""
    version = generation.version
    until = "today" if version.valid_to is None else version.valid_to
    shown = f"{version.valid_from} to {until}  {version.code} {version.name}"
    if version.valid_to is None:
        return shown
    heirs = [
        f"{f'{share:.0%} '.replace('%', ' %') if share is not None else ''}to {heir.code} {heir.name}"
        for heir, share in generation.heirs
    ]
    return f"{shown}  {version.fate or 'closed'}{': ' if heirs else ''}{', '.join(heirs)}"


def as_json(summary: Summary) -> str:
    """One line: the counts by name, and `details` as a list of {code, reason}."""
    details = [asdict(detail) for detail in summary.details]
    people = {"moved": summary.moved, "told": summary.told}
    quality = {
        "counts": summary.quality.counts(),
        "whole": summary.quality.whole,
        "findings": [asdict(finding) for finding in summary.quality.findings],
    }
    return json.dumps(
        {**_counts(summary), **people, "details": details, "quality": quality}, ensure_ascii=False
    )


def _counts(summary: Summary) -> dict[str, int]:
    return {name: getattr(summary, name) for name in COUNTED}
