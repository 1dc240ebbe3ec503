"""What an operator reads of an import: how it gets on (standard error) and what it did (standard output)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from tqdm import tqdm

from geoneighbour.boundaries.quality import Quality
from geoneighbour.boundaries.reader import Found
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
    parts = ", ".join(f"{count:,} {name}" for name, count in summary.parts.items() if count)
    lines = [f"  {detail.code or '-'}  {detail.reason}" for detail in summary.details]
    if parts:
        lines.insert(0, f"parts of communes: {parts}")
    members = [f"{summary.moved:,} members moved, {summary.told:,} told"] if summary.moved else []
    return "\n".join(
        [*_found(summary.files), *summary.notes, counts, *lines, *_quality(summary.quality), *members]
    )


def _found(layers: Sequence[Found]) -> list[str]:
    """What was read, a line for each layer, one for all that are alike; and on one line what was not."""
    alike: dict[tuple[object, ...], list[Found]] = {}
    for layer in layers:
        if layer.ignored is None:
            key = (layer.format, layer.holds, layer.code, layer.names, layer.crs, layer.country)
            alike.setdefault(key, []).append(layer)
    lines = [f"found: {_named(some)}, {_read(some)}" for some in alike.values()]
    ignored = [f"{_title(layer)} ({layer.ignored})" for layer in layers if layer.ignored is not None]
    return [*lines, f"ignored: {', '.join(ignored)}"] if ignored else lines


def _named(some: Sequence[Found]) -> str:
    return _title(some[0]) if len(some) == 1 else f"{len(some):,} files such as {_title(some[0])}"


def _title(layer: Found) -> str:
    return layer.file if layer.layer == Path(layer.file).stem else f"{layer.file} layer {layer.layer}"


def _read(some: Sequence[Found]) -> str:
    one = some[0]
    holds = "" if one.holds == "communes" else f"{one.holds}, "
    rows = sum(layer.rows for layer in some)
    return f"{one.format}, {holds}code {one.code}, name {' or '.join(one.names)}, {one.crs}, {one.country}, {rows:,} {'row' if rows == 1 else 'rows'}"


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
    files = [asdict(layer) for layer in summary.files]
    people = {"moved": summary.moved, "told": summary.told}
    quality = {
        "counts": summary.quality.counts(),
        "whole": summary.quality.whole,
        "findings": [asdict(finding) for finding in summary.quality.findings],
    }
    return json.dumps(
        {
            **_counts(summary),
            **people,
            "parts": dict(summary.parts),
            "files": files,
            "notes": list(summary.notes),
            "details": details,
            "quality": quality,
        },
        ensure_ascii=False,
    )


def _counts(summary: Summary) -> dict[str, int]:
    return {name: getattr(summary, name) for name in COUNTED}
