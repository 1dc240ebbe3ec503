"""A commune's or community's own colour: from one setting the tones that the pages use, legible in light and in dark."""

from __future__ import annotations

from flask import Flask, Response

from geoneighbour.errors import InvalidInput

RGB = tuple[float, float, float]
LIGHT, DARK = (1.0, 0.992, 0.976), (0.090, 0.141, 0.165)
"""The paper of tokens.css, which text of this colour stands on."""
LEGIBLE = 4.5
"""WCAG 2.2, 1.4.3."""


def init_app(app: Flask, colour: str | None) -> None:
    """Serves /couleurs.css. InvalidInput for a colour in which text on paper could not be read."""
    sheet = stylesheet(colour) if colour else ""

    @app.get("/couleurs.css")
    def colours() -> Response:
        response = Response(sheet, mimetype="text/css")
        response.cache_control.max_age = 3600
        return response


def stylesheet(colour: str) -> str:
    """CSS for `#rrggbb`: the tokens of the sea and of home on the map, in the tones of this colour."""
    light = _parse(colour)
    if contrast(light, LIGHT) < LEGIBLE:
        raise InvalidInput(
            f"SITE_COLOUR {colour} is too pale: text in it reaches {contrast(light, LIGHT):.1f}:1 on paper, {LEGIBLE}:1 is needed"
        )
    dark = next(tone for step in range(21) if contrast(tone := _mix(light, step / 20, 1.0), DARK) >= LEGIBLE)
    return (
        f":root {{ {_tokens(light, _mix(light, 0.3, 0.0), _mix(light, 0.85, 1.0), '#ffffff')} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_tokens(dark, _mix(dark, 0.3, 1.0), _mix(light, 0.55, 0.06), '#10181b')} }} }}\n"
    )


def contrast(one: RGB, other: RGB) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _tokens(sea: RGB, deep: RGB, soft: RGB, on_sea: str) -> str:
    values = {"sea": sea, "sea-deep": deep, "sea-soft": soft, "map-home": sea}
    return " ".join(f"--{name}: {_hex(tone)};" for name, tone in values.items()) + f" --on-sea: {on_sea};"


def _parse(colour: str) -> RGB:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]


def _hex(tone: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in tone)


def _mix(tone: RGB, share: float, grey: float) -> RGB:
    return tuple(part + (grey - part) * share for part in tone)  # type: ignore[return-value]


def _luminance(tone: RGB) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in tone]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
