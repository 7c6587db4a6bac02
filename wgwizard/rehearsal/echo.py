"""Ping packets as bytes: ICMP echo (RFC 792) and its IPv6 twin (RFC 4443); pure."""

import struct

_REQUEST = {4: 8, 6: 128}
_REPLY = {4: 0, 6: 129}
_HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number


def request(version: int, identifier: int) -> bytes:
    """An echo request; the kernel fills in the checksum of IPv6 raw sockets itself."""
    packet = _HEADER.pack(_REQUEST[version], 0, 0, identifier, 1)
    return packet if version == 6 else _HEADER.pack(_REQUEST[version], 0, _checksum(packet), identifier, 1)


def requested(version: int, packet: bytes) -> int | None:
    """The identifier of an echo request as a raw socket receives it, `None` for anything else."""
    return _identifier(version, packet, _REQUEST[version])


def replied(version: int, packet: bytes) -> int | None:
    """The identifier of an echo reply as a raw socket receives it, `None` for anything else."""
    return _identifier(version, packet, _REPLY[version])


def _identifier(version: int, packet: bytes, kind: int) -> int | None:
    # IPv4 raw sockets give the IP header too; its length is in its first byte, in words of four bytes (RFC 791).
    start = (packet[0] & 15) * 4 if version == 4 and packet else 0
    if len(packet) < start + _HEADER.size:
        return None
    found, _, _, identifier, _ = _HEADER.unpack_from(packet, start)
    return int(identifier) if found == kind else None


def _checksum(packet: bytes) -> int:
    """The Internet checksum (RFC 1071) of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF
