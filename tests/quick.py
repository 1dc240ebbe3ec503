"""What only costs time when hundreds of applications start one after the other in one process is done once, or cheaply."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from geoneighbour.accounts import security

HASHING = dict(security.HASHING)
"""What a password costs in the service."""


def quicken(folder: Path) -> None:
    """For this process, before its first application."""
    # Each test has an application of its own, whose templates are those of all others.
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(folder))}
    Rule._compile_builder = _compiled_once(Rule._compile_builder)
    # The same scheme with the least of work; attacks/test_logins has that of the service.
    security.HASHING.update(argon2__memory_cost=8, argon2__time_cost=1)


def _compiled_once(compile_: Callable[..., Any]) -> Callable[..., Any]:
    """What builds the address of a route, nearly all the time an application takes to start, depends on the route alone."""
    compiled: dict[tuple[Any, ...], Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = (*rule._trace, *(rule.defaults or {}).items(), rule.rule, append_unknown)
        if key not in compiled:
            compiled[key] = compile_(rule, append_unknown)
        return compiled[key]

    return builder
