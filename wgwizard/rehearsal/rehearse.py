"""A whole rehearsal in namespaces of its own: as an ordinary user or as root, and nothing on this machine is touched."""

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Mapping

from wgwizard.plan.model import Plan
from wgwizard.rehearsal.measure import Finding
from wgwizard.rehearsal.netns import ReplicaError

TOOLS = {"unshare": "util-linux", "ip": "iproute2", "nft": "nftables", "wg-quick": "wireguard-tools"}  # program -> Debian package
LIMIT_SECONDS = 300.0
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def rehearse(plan: Plan) -> tuple[Finding, ...]:
    """Build the plan's replica, bring its rendered files up there, and measure every row of its trace; 3 s for a small site.

    The replica has its own keys: none of the true ones is needed. ReplicaError where this machine cannot do it. The child holds
    a pipe of ours and ends with it, so that nothing is left even when we are killed.
    """
    environment = dict(os.environ) | {"PATH": f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}"}
    _check_tools(environment)
    namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    reading, held_open = os.pipe()
    try:
        command = ["unshare", *user, *namespaces, sys.executable, "-m", "wgwizard.rehearsal.inside", str(reading)]
        done = subprocess.run(
            command, input=pickle.dumps(plan), capture_output=True, env=environment, pass_fds=(reading,), timeout=LIMIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ReplicaError(f"the rehearsal did not end within {LIMIT_SECONDS:.0f} seconds") from None
    finally:
        os.close(reading)
        os.close(held_open)
    if not done.stdout:
        said = done.stderr.decode(errors="replace").strip()[-500:]
        raise ReplicaError(f"the replica cannot run here: {said}", "an ordinary user needs user namespaces and a /proc that is not masked")
    result = pickle.loads(done.stdout)  # noqa: S301  from our own child, over our own pipe
    if isinstance(result, ReplicaError):
        raise result
    findings: tuple[Finding, ...] = result
    return findings


def _check_tools(environment: Mapping[str, str]) -> None:
    missing = [package for tool, package in TOOLS.items() if shutil.which(tool, path=environment["PATH"]) is None]
    if missing:
        raise ReplicaError(f"the replica needs programs of {', '.join(missing)}", "install these packages (Debian names)")
