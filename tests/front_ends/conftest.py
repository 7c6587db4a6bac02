"""The same place for every front end: an empty directory, nobody's drafts, and quick sealing."""

from tests.screens.conftest import _own_place as _own_place
