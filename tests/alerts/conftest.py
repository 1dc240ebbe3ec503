from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from geoneighbour.settings import Settings
from tests.alerts.town import Street


@pytest.fixture
def street(session: Session, tmp_path: Path) -> Street:
    return Street(
        session, Settings(state_dir=tmp_path, public_url="https://example.org", secret_key="s" * 32)
    )
