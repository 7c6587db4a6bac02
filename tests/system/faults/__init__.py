"""Every fault of the list in docs/faults.md, injected for real: whatever it is, Host β ends as it was or as planned, and never in between.

`table` has the cases, `world` a host in one of the places where they happen, `ends` what is asserted, `rounds` faults at random times.
`python -m tests.system.faults` runs them all; the ordinary tests run a selection in which each two values of the dimensions meet.
"""

import pytest

# They assert, and are no tests themselves.
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in ("breaking", "cutting", "ends", "keeping", "logging_in", "world")))
