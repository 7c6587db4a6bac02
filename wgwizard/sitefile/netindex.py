"""Networks sorted so that "which of them does this overlap?" costs a binary search, not a walk through all of them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from wgwizard.site import Address, Network

Entry = tuple[int, int, str, Network]


class NetworkIndex:
    """Networks of both families with their fields; those that lie inside another one are listed in `nested`.

    CIDRs are either apart or one inside the other, so that sorting by first address and width puts every inner one behind its outer.
    """

    def __init__(self, networks: Iterable[tuple[str, Network]]) -> None:
        self.nested: list[tuple[str, Network, str, Network]] = []
        self._outer: dict[int, list[Entry]] = {4: [], 6: []}
        self._starts: dict[int, list[int]] = {}
        by_family: dict[int, list[Entry]] = {4: [], 6: []}
        for field, network in networks:
            by_family[network.version].append((int(network.network_address), network.prefixlen, field, network))
        for version, entries in by_family.items():
            entries.sort(key=lambda entry: entry[:2])
            self._sweep(entries, self._outer[version])
            self._starts[version] = [entry[0] for entry in self._outer[version]]

    def _sweep(self, entries: list[Entry], outer: list[Entry]) -> None:
        for entry in entries:
            if outer and entry[0] <= int(outer[-1][3].broadcast_address):
                self.nested.append((entry[2], entry[3], outer[-1][2], outer[-1][3]))
            else:
                outer.append(entry)

    def around(self, address: Address) -> tuple[str, Network] | None:
        """The outermost network that holds `address`, with its field."""
        number = int(address)
        return self._overlap(number, number, address.version)

    def overlapping(self, network: Network) -> tuple[str, Network] | None:
        """One of the outermost networks that `network` shares addresses with, with its field."""
        return self._overlap(int(network.network_address), int(network.broadcast_address), network.version)

    def _overlap(self, first: int, last: int, version: int) -> tuple[str, Network] | None:
        outer = self._outer[version]
        before = bisect_right(self._starts[version], last) - 1
        if before < 0 or int(outer[before][3].broadcast_address) < first:
            return None
        return outer[before][2], outer[before][3]

    def __iter__(self) -> Iterator[Network]:
        return (entry[3] for entries in self._outer.values() for entry in entries)
