"""Where everything of ours stands on Host β, for one tunnel interface."""

from enum import StrEnum

from msgspec import Struct

CONFIGURATION = "/etc/wireguard"
NETWORKD = "/etc/systemd/network"
KEYFILES = "/etc/NetworkManager/system-connections"
STATE = "/var/lib/wgwizard"
RUN = "/run/wgwizard"


def table_name(interface: str) -> str:
    """The table of a tunnel: named after its interface, so that two tunnels on one host do not overwrite each other.

    Characters that interface names may have and nft's identifiers may not become an underscore.
    """
    return "wgwizard_" + "".join(letter if letter.isalnum() else "_" for letter in interface)


class Owner(StrEnum):
    """What makes the tunnel's interface, at boot too."""

    WG_QUICK = "wg-quick"
    NETWORKD = "systemd-networkd"
    NETWORK_MANAGER = "NetworkManager"


class Layout(Struct, frozen=True):
    """The names that follow from the interface's: files, units and the table."""

    interface: str
    owner: Owner = Owner.WG_QUICK

    @property
    def tunnel(self) -> str:
        """The file with the interface's keys and peers, its owner's."""
        if self.owner is Owner.NETWORKD:
            return f"{NETWORKD}/50-{self.interface}.netdev"
        if self.owner is Owner.NETWORK_MANAGER:
            return f"{KEYFILES}/{self.interface}.nmconnection"
        return f"{CONFIGURATION}/{self.interface}.conf"

    @property
    def network(self) -> str:
        """systemd-networkd's file with the interface's addresses and routes, which the one file of the others holds, too; else ""."""
        return f"{NETWORKD}/50-{self.interface}.network" if self.owner is Owner.NETWORKD else ""

    @property
    def profile(self) -> str:
        """The UUID by which NetworkManager knows its connection, wherever that one's file lies."""
        from uuid import NAMESPACE_DNS, uuid5

        return str(uuid5(NAMESPACE_DNS, f"{self.interface}.wgwizard"))

    @property
    def rules(self) -> str:
        """The ruleset."""
        return f"/etc/wgwizard/{self.interface}.nft"

    @property
    def rules_unit_file(self) -> str:
        """The unit that loads the ruleset at boot."""
        return f"/etc/systemd/system/{self.rules_unit}"

    @property
    def drop_in(self) -> str:
        """What makes the tunnel's unit require the rules' one; that unit itself where its owner brings none."""
        place = f"/etc/systemd/system/{self.tunnel_unit}"
        return f"{place}.d/wgwizard.conf" if self.owner is Owner.WG_QUICK else place

    @property
    def start(self) -> str:
        """Where no systemd runs: what starts rules and tunnel, for the host's own start-up to call."""
        return f"/etc/wgwizard/{self.interface}.start"

    @property
    def service(self) -> str:
        """OpenRC's service that calls it at boot."""
        return f"wgwizard-{self.interface}"

    @property
    def service_file(self) -> str:
        """Its script."""
        return f"/etc/init.d/{self.service}"

    @property
    def sysctls(self) -> str:
        """The forwarding that stays over a reboot."""
        return f"/etc/sysctl.d/60-wgwizard-{self.interface}.conf"

    @property
    def switches(self) -> str:
        """Where no systemd runs: the same settings, where nothing reads them at boot before the rules; the start script makes them."""
        return f"/etc/wgwizard/{self.interface}.sysctls"

    @property
    def openings(self) -> str:
        """What tells the host's other firewalls to let the tunnel through, where one of them stops it."""
        return f"/etc/wgwizard/{self.interface}.openings"

    def forwarding(self, *, systemd: bool) -> str:
        """The one of the two that holds the forwarding."""
        return self.sysctls if systemd else self.switches

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that may be ours, in the order in which they are put in place.

        Rules first, forwarding last, so that a host that stops half way is only ever more closed.
        """
        at_boot = (self.rules_unit_file, self.drop_in, self.start, self.service_file)
        return (self.rules, self.openings, *at_boot, self.switches, *self.tunnel_files, self.sysctls)

    @property
    def tunnel_files(self) -> tuple[str, ...]:
        """What its owner reads."""
        return (self.tunnel, self.network) if self.network else (self.tunnel,)

    @property
    def rules_unit(self) -> str:
        """The unit that loads the ruleset."""
        return f"wgwizard-{self.interface}.service"

    @property
    def tunnel_unit(self) -> str:
        """wireguard-tools' unit for the interface; ours, which switches the interface on, where another one than wg-quick makes it."""
        return f"wg-quick@{self.interface}.service" if self.owner is Owner.WG_QUICK else f"wgwizard-tunnel@{self.interface}.service"

    @property
    def units(self) -> tuple[str, str]:
        """Both units, where systemd runs the host."""
        return (self.rules_unit, self.tunnel_unit)

    @property
    def table(self) -> str:
        """The nftables table's name (family inet)."""
        return table_name(self.interface)
