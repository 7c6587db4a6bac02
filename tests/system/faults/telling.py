"""Faults while another firewall of the host is told to let the tunnel through, or told to forget it."""

import subprocess

from msgspec.structs import replace

from tests.system.faults.cutting import assert_no_more_open
from tests.system.faults.ends import TAG
from tests.system.faults.world import World
from wgwizard.applying import Step

FORWARD = "  chain forward { type filter hook forward priority filter; policy drop; }\n"
KINDS = tuple(f"{what}, {when}" for what in ("scripts killed", "power cut") for when in ("first told", "told otherwise"))


def cut_while_telling(world: World, _: Step | None, kind: str) -> None:
    """The owner's rules drop what is forwarded; as soon as they change for us, the scripts are killed or the power is cut."""
    what, when = kind.split(", ")
    own = world.host.read("/etc/nftables.conf")
    world.host.write("/etc/nftables.conf", own.replace("  chain input {", f"{FORWARD}  chain input {{"), mode=0o755)
    world.host.sh("nft -f /etc/nftables.conf")
    if when == "told otherwise":  # another port: all is taken back before the new is told
        world.settle()
        world.client.change_site(replace(world.client.site, tunnel=replace(world.client.site.tunnel, port=51999)))

    def act() -> None:
        with world.host.frozen():
            world.host.crash() if what == "power cut" else world.kill_scripts()

    told = rules_for_us(world)
    world.at(Step.PERSIST, lambda: world.once(lambda: rules_for_us(world) != told, act))
    world.attempt()
    if what == "power cut":
        world.host.boot()
        assert_no_more_open(world)


def rules_for_us(world: World) -> list[str]:
    """The rules in the owner's table that were put there for us."""
    enter = ["nsenter", f"--net=/run/netns/{world.host.wiring.netns}", "nft", "-s", "list", "table", "inet", "theirs"]
    listed = subprocess.run(enter, capture_output=True, text=True, timeout=10, check=False)
    return [line.strip() for line in listed.stdout.splitlines() if TAG in line]
