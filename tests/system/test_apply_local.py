"""wgwizard on Host β itself (`ssh: local`): this very program runs inside the lab's host, and changes it."""

import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take

pytestmark = pytest.mark.live

MakeBeta = Callable[..., LabHost]
ROOT = Path(__file__).parent.parent.parent
SITE = """version: 1
name: home
site:
  networks: [192.168.200.0/24]
  routes: [router, dhcp]
host:
  addresses: [192.168.200.2/24]
  endpoint: vpn.b.home.arpa:51820
  ssh: local
points:
  - name: laptop
    public_key: eHLzZ5+LzyJYwPWsVCNLoUy7tbXvSVKNM8uWqZ9VkWc=
    preshared_key: false
needs:
  opens: points
  tell_points_apart: false
"""
# The host has no Python: it sees this machine's, with the libraries that it was linked with, found by the loader for it alone.
BINDS = {
    sys.base_prefix: "/machine/python",
    sysconfig.get_path("purelib"): "/machine/packages",
    str(ROOT): "/machine/project",
    f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}": "/machine/lib",
}
LOADER = "/lib64/ld-linux-x86-64.so.2 --library-path /machine/lib:/machine/python/lib"
ENVIRONMENT = (
    "PYTHONHOME=/machine/python PYTHONPATH=/machine/project:/machine/packages PYTHONDONTWRITEBYTECODE=1 "
    "HOME=/home/admin LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin"
)
WGWIZARD = f"{LOADER} /machine/python/bin/python{sys.version_info.major}.{sys.version_info.minor} -m wgwizard"


@pytest.fixture
def make_here(make_beta: MakeBeta) -> MakeBeta:
    """A host on which wgwizard can run, with a site file at /home/admin/site.yaml."""

    def make(**options: object) -> LabHost:
        host = make_beta(binds=BINDS, **options)
        host.write("/home/admin/site.yaml", SITE)
        host.sh("chown -R admin:admin /home/admin; touch /home/admin/.sudo_as_admin_successful; mkdir -p /home/admin/.cache")
        return host

    return make


def command(words: str, *, user: str = "admin", environment: str = "") -> list[str]:
    """The command line that runs `wgwizard WORDS` on the host."""
    inside = f"cd /home/admin; exec env -i {ENVIRONMENT} {environment} {WGWIZARD} {words}"
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "sh", "-c", inside]


def wgwizard(host: LabHost, words: str, *, user: str = "admin", environment: str = "") -> "subprocess.CompletedProcess[str]":
    return host.run(*command(words, user=user, environment=environment), check=False, timeout=100)


def test_the_same_steps_apply_to_the_computer_itself_and_uninstall_leaves_it_as_it_was(make_here: MakeBeta) -> None:
    beta = make_here(enable=("nftables.service",))
    before = take(beta)
    dry = wgwizard(beta, "apply site.yaml --dry-run")
    assert dry.returncode == 5, dry.stderr
    assert before.differences(take(beta)) == []
    done = wgwizard(beta, "apply site.yaml --yes")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("✓ ")][-4:] == [
        "✓ verify", "✓ confirm", "✓ persist", "✓ check"
    ]  # fmt: skip
    assert "nobody is logged in by SSH" in done.stderr
    assert beta.sh("wg show wg0 peers").strip() == "eHLzZ5+LzyJYwPWsVCNLoUy7tbXvSVKNM8uWqZ9VkWc="
    assert "inet wgwizard_wg0" in beta.sh("nft list tables")
    again = wgwizard(beta, "apply site.yaml --yes")
    assert "unchanged" in again.stderr
    status = wgwizard(beta, "status --ssh local")
    assert "no handshake yet" in status.stdout, status.stderr
    assert wgwizard(beta, "uninstall --ssh local --yes").returncode == 0
    beta.sh("rm -rf /home/admin/site.lock /home/admin/.local")  # what the client remembers
    assert before.differences(take(beta)) == []


@pytest.mark.parametrize("step", ["activate", "verify"])
def test_a_wizard_that_is_killed_midway_is_undone_by_the_computer_itself(make_here: MakeBeta, step: str) -> None:
    beta = make_here(enable=("nftables.service",))
    before = take(beta)
    enter = ["nsenter", "-t", str(beta.pid), "-m", "-p", "-n", "-u", "-i", "-C", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    words = command("apply site.yaml --yes --json --confirm-timeout 15")
    with subprocess.Popen(
        [*enter, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if f'"step":"{step}"' in line.replace(" ", "") and '"running"' in line:
                break
        beta.sh("pkill -9 -f 'machine/python/bin/[p]ython'")
        process.wait(20)
    assert process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    time.sleep(25)
    beta.sh("rm -rf /home/admin/site.lock /home/admin/.local")  # what the client remembers
    assert before.differences(take(beta)) == []


def test_an_ordinary_user_is_asked_for_sudo_once(make_here: MakeBeta) -> None:
    beta = make_here(sudo="password", enable=("nftables.service",))
    beta.write("/home/admin/password", base.SUDO_PASSWORD + "\n", mode=0o600)
    beta.sh("chown admin:admin /home/admin/password")
    none = wgwizard(beta, "apply site.yaml --yes")
    assert (none.returncode, "--sudo-password-file" in none.stderr) == (2, True), none.stderr
    done = wgwizard(beta, "apply site.yaml --yes --sudo-password-file password")
    assert done.returncode == 0, done.stderr
    assert base.SUDO_PASSWORD not in beta.sh("journalctl --no-pager") + done.stderr + done.stdout
    assert beta.sh("stat -c %U /etc/wireguard/wg0.conf").strip() == "root"


def test_whoever_is_logged_in_by_ssh_is_not_cut_off(make_here: MakeBeta) -> None:
    """As with SSH from elsewhere, the checks know the client; also where sudo took SSH_CONNECTION away."""
    beta = make_here()
    beta.write("/home/admin/site.yaml", SITE + "tunnel:\n  networks: [10.66.0.0/24]\n")
    connection = "SSH_CONNECTION='10.66.0.77 50000 192.168.200.2 22'"
    for environment, user in ((connection, "admin"), ("", "root")):
        words = command("apply site.yaml --dry-run", user=user, environment=environment)
        outer = ["env", connection.replace("'", ""), "sh", "-c", '"$@"; exit $?', "sh"] if user == "root" else []
        done = beta.run(*outer, *words, check=False)
        assert done.returncode == 4, done.stderr
        assert "10.66.0.77, from where you are logged in" in done.stderr
    assert wgwizard(beta, "apply site.yaml --dry-run").returncode == 5
