"""WireGuard keys: X25519 pairs and preshared keys, in base64 of 32 bytes as `wg` writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wgwizard.secret import Secret


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys that are known here: by node ("host" or a point's name); `preshared` by the point's name."""

    public: Mapping[str, str] = field(default_factory=dict)
    private: Mapping[str, Secret] = field(default_factory=dict)
    preshared: Mapping[str, Secret] = field(default_factory=dict)
