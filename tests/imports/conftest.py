"""What the stories of imports begin with."""

from __future__ import annotations

from typing import Any

import pytest

from casework.evidence.uploads import stored_from_bytes
from casework.imports.actions import confirm_import, receive_import
from casework.imports.jobs import carry_on
from casework.imports.models import Import


@pytest.fixture
def bring(cast: Any) -> Any:
    """Receives material and has it read: `bring(kind, data, ...)`, data being one file or several by name."""

    def act(kind: str, data: bytes | dict[str, bytes], *, actor: Any = None, team: Any = None, **chosen: Any) -> Import:
        files = data if isinstance(data, dict) else {"export.zip": data}
        uploads = [stored_from_bytes(name, content) for name, content in files.items()]
        batch = receive_import(
            actor=actor or cast.investigator, team=team or cast.team, kind=kind, files=uploads, **chosen
        )
        carry_on(str(batch.pk))
        batch.refresh_from_db()
        return batch

    return act


@pytest.fixture
def finish(cast: Any) -> Any:
    """Confirms a preview and has it carried out."""

    def act(batch: Import, *, actor: Any = None, **chosen: Any) -> Import:
        confirm_import(batch, actor=actor or cast.investigator, **chosen)
        carry_on(str(batch.pk))
        batch.refresh_from_db()
        return batch

    return act
