"""Draws the pictures of docs/nearness.md from the demonstration's database: `python -m tests.drawings`, from the project's root.

The database is the one of the settings (`geoneighbour demo load` fills it); nothing in it is changed.
"""

from __future__ import annotations

import sys

from sqlalchemy.orm import Session

from geoneighbour.database.engine import database_url, make_engine
from geoneighbour.settings import Settings
from tests.drawings import pictures
from tests.drawings.ground import Ground


def main() -> None:
    with Session(make_engine(database_url(Settings()))) as session:
        ground = Ground(session)
        for draw in (pictures.rings, pictures.barrier, pictures.tiers, pictures.cells_split, pictures.radius):
            path = draw(ground)
            sys.stdout.write(f"{path}: {path.stat().st_size / 1000:.1f} kB\n")
        session.rollback()


if __name__ == "__main__":
    main()
