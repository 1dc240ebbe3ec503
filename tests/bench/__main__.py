"""`make bench`: this project beside what people would pick instead, in one run.

    python -m tests.bench [--members 10000,100000,1000000] [--rounds 7] [--only q1,q3] [--communes FOLDER] [--out FOLDER]
    python -m tests.bench --quick       equality alone, on a small population
    python -m tests.bench.france        68 million made members, Q2 and Q3 (docs/bench.md says what it needs)

Answers are compared before any time is printed; who differs makes the exit code 1. The databases live in the private
cluster and are kept for the next run; --drop removes them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from click import echo

from geoneighbour.settings import ROOT, load
from tests.bench import databases, goals, others, plans, plot, questions, report, run

COMMUNES = ROOT.parent / "shared" / "data" / "communes-france-2018"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    settings = load()
    if options.drop:
        databases.drop(settings)
        return 0
    with databases.prepared(settings, options.members, options.communes, _say) as urls:
        return bench(urls, options)


def bench(urls: dict[int, str], options: argparse.Namespace) -> int:
    """Compares, and where all is equal times; 1 where it is not."""
    asked_for = questions.load(options.only)
    with run.databases(urls) as opened, others.redis() as redis:
        if redis is None:
            _say("No Redis on this machine: make bench installs it (redis-tools).")
        everything = []
        for members, connection in opened.items():
            for question in asked_for:
                asked = run.asked(question, members, connection, redis)
                _say(f"comparing {question.key} at {members:,} members")
                run.compare(asked)
                everything.append(asked)
        for where, who in goals.failed(everything).items():
            echo(f"DIFFERS: {where}: {', '.join(who)}")
        if options.quick:
            told = sum(len(one.cases) * len(one.ways) for one in everything)
            echo(f"{told} answers compared.")
            return 1 if goals.failed(everything) else 0
        run.rounds(everything, options.rounds, _say)
        for members, connection in opened.items():
            for what in plans.complaints(connection):
                echo(f"PLAN: at {members:,} members {what}")
    rates = (
        run.rates(urls, options.rounds, options.seconds, _say)
        if "q2" in options.only or not options.only
        else []
    )
    reached = list(goals.reached(everything, rates))
    options.out.mkdir(parents=True, exist_ok=True)
    for name, words in {
        "bench.txt": report.text(everything, rates, reached) + "\n",
        "bench.md": report.markdown(everything, rates, reached),
        "bench.json": report.as_json(everything, rates, reached),
        "bench.svg": plot.svg(everything),
    }.items():
        (options.out / name).write_text(words, encoding="utf-8")
    echo(report.text(everything, rates, reached))
    echo(f"\nWritten: {options.out}/bench.txt, .md, .json, .svg")
    return 1 if goals.failed(everything) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--members", type=_numbers, default=None, help="how many, with commas")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4, help="of each rate with four clients")
    parser.add_argument(
        "--only",
        type=lambda words: tuple(words.split(",")),
        default=(),
        help="questions whose names begin so, with commas",
    )
    parser.add_argument(
        "--communes",
        type=Path,
        default=COMMUNES,
        help="a folder or file of boundaries; where there is none, the demonstration",
    )
    parser.add_argument("--out", type=Path, default=Path("build") / "bench")
    parser.add_argument("--quick", action="store_true", help="compare answers, measure nothing")
    parser.add_argument("--drop", action="store_true", help="remove the databases of earlier runs")
    options = parser.parse_args(arguments)
    options.members = options.members or ([2_000] if options.quick else [10_000, 100_000, 1_000_000])
    return options


def _numbers(words: str) -> list[int]:
    return sorted(int(word) for word in words.split(","))


def _say(words: str) -> None:
    echo(words, err=True)


if __name__ == "__main__":
    sys.exit(main())
