"""Questions about the tunnel itself; all have good answers already."""

from wgwizard.questions.model import Group, Kind, Question

NETWORKS = Question(
    id="tunnel.networks",
    kind=Kind.LIST,
    prompt="Which network should the tunnel use?",
    word="tunnel network, CIDR",
    example="10.64.0.0/24",
    why="Host β and every point get an address from it, so it must be used nowhere else; /24 (CIDR notation) leaves room for 254 of them. "
    "`ip route` on Host β and on a point shows what is in use there. When unsure, leave it empty: one that collides with nothing "
    "known is taken.",
)
ADDRESSES = Question(
    id="tunnel.addresses",
    kind=Kind.LIST,
    prompt="Which address in it should Host β have?",
    word="tunnel address",
    example="10.64.0.1",
    why="The points reach Host β itself under it. If there is a tunnel already, `wg show` and `ip -brief address show wg0` on "
    "Host β print it. When unsure, leave it empty: the first address is taken.",
)
PORT = Question(
    id="tunnel.port",
    kind=Kind.NUMBER,
    prompt="On which port should WireGuard listen?",
    word="UDP listen port",
    example="51820",
    why="The points dial it, and the site's router must let it through to Host β. `ss -lun` on Host β shows which are taken; where an "
    "earlier apply of yours took it (`sudo wg show`), open that saved site instead of a new one. When unsure, leave it empty: "
    "WireGuard's usual 51820 is taken.",
)
INTERFACE = Question(
    id="tunnel.interface",
    kind=Kind.TEXT,
    prompt="What should the tunnel's interface be called?",
    word="WireGuard interface",
    example="wg0",
    why="The files on Host β are named after it. `ip -brief link` on Host β shows the names in use. When unsure, leave it "
    "empty: wg0 is taken.",
    detail=True,
)
MTU = Question(
    id="tunnel.mtu",
    kind=Kind.NUMBER,
    prompt="How large may a packet in the tunnel be?",
    word="MTU",
    example="1420",
    why="A tunnel over a line with small packets stalls when this is too large. `ping -M do -s 1392 HOST` from a point shows "
    "whether 1420 fits. When unsure, leave it empty: WireGuard finds it by itself.",
    detail=True,
)

TUNNEL = Group(
    name="tunnel",
    title="Tunnel",
    about="A small network of its own. Left empty, good values are chosen.",
    questions=(NETWORKS, ADDRESSES, PORT, INTERFACE, MTU),
)
