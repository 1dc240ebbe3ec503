"""Where the browser libraries are served from: vendor/manifest.json maps package and file to a versioned path."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, url_for

MANIFEST = "vendor/manifest.json"


def init_app(app: Flask) -> None:
    """Gives templates `vendor(package, file)` and `import_map()`. FileNotFoundError: `make setup` has not run."""
    manifest: dict[str, dict[str, str]] = json.loads(Path(app.static_folder or "", MANIFEST).read_text())

    def vendor(package: str, file: str) -> str:
        return url_for("static", filename=f"vendor/{manifest[package][file]}")

    def import_map() -> dict[str, dict[str, str]]:
        """What our modules mean by the bare names of the libraries."""
        return {
            "imports": {
                "h3-js": vendor("h3-js", "h3-js.es.js"),
                "maplibre-gl": vendor("maplibre-gl", "maplibre-gl.mjs"),
                "terra-draw": vendor("terra-draw", "terra-draw.modern.js"),
                "terra-draw-maplibre-gl-adapter": vendor(
                    "terra-draw-maplibre-gl-adapter", "terra-draw-maplibre-gl-adapter.modern.js"
                ),
            }
        }

    app.jinja_env.globals.update(vendor=vendor, import_map=import_map)
