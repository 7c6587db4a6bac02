"""Whatever site is described, nft loads its rules into a real kernel, twice, with the same result."""

import re
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.any_rules import ruleset_of, sites
from wgwizard.site import Site, Strategy

pytestmark = pytest.mark.live


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sites(), st.sampled_from(list(Strategy)), st.booleans())
def test_nft_loads_the_rules_of_any_site(site: Site, strategy: Strategy, into_tunnel: bool) -> None:
    rules = ruleset_of(site, strategy, into_tunnel=into_tunnel)
    assert set(re.findall(r"@(\w+)", rules)) == set(re.findall(r"^\t(?:set|map) (\w+)", rules, re.MULTILINE))
    script = 'nft -f - <<"END"\n' + rules + 'END\nnft -s list ruleset >/tmp/first; nft -f - <<"END"\n' + rules + "END\nnft -s list ruleset"
    inside = f"set -e; mount -t tmpfs tmp /tmp\n{script} >/tmp/second; cmp /tmp/first /tmp/second"
    done = subprocess.run(["unshare", "--net", "--mount", "sh", "-c", inside], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, ""), rules
