"""Questions about one point: a computer or phone that connects from outside."""

from wgwizard.questions.model import YES_NO, Choice, Group, Kind, Question
from wgwizard.questions.when import brings_no_key, can_be_dialled, point_opened_by_site, point_opens

NAME = Question(
    id="points[*].name",
    kind=Kind.TEXT,
    prompt="What is this point called?",
    word="point",
    example="laptop",
    why="The name stands in the tables, in the rules and on the point's file. `hostname` on the computer prints its own name. "
    "When unsure, take whose it is and what it is, as in anna-phone.",
)
PLATFORM = Question(
    id="points[*].platform",
    kind=Kind.CHOICE,
    prompt="What runs on it?",
    word="platform",
    default="linux",
    choices=(
        Choice("linux", "Linux"),
        Choice("windows", "Windows"),
        Choice("macos", "macOS"),
        Choice("android", "Android"),
        Choice("ios", "iOS"),
    ),
    why="The last page tells its owner how to take the file in, in the words of that system. `uname` prints it on Linux and "
    "macOS. When unsure, any answer works: the file is the same.",
)
MAY_REACH = Question(
    id="points[*].may_reach",
    kind=Kind.RIGHTS,
    prompt="What may it reach at the site?",
    word="rights: who [protocol [ports]]; empty: all",
    example="192.168.1.20 tcp 80,445, 192.168.1.0/24",
    why="Host β lets through what is named and refuses the rest, so a lost phone opens one door and not the house. Name a "
    "computer, an address or a network, then perhaps tcp or udp and ports, or a service by its usual name such as smb, web or ssh (or "
    "`nothing`); `ss -tlpn` on that computer prints its ports. Empty means everything at the site; when unsure, name only what it needs.",
    when=point_opens,
)
SERVICES = Question(
    id="points[*].services",
    kind=Kind.SERVICES,
    prompt="What may the site open on it?",
    word="name protocol port [as port of β]",
    example="web tcp 8000 as 8081",
    why="With a port forward each of these gets a port of Host β that leads to it; without one, only these may be opened. `ss "
    "-tulpn` on the point prints what it offers. When unsure and only the point opens things, leave it empty.",
    when=point_opened_by_site,
)
OPENS = Question(
    id="points[*].opens",
    kind=Kind.CHOICE,
    prompt="Who opens things, this point or the site?",
    word="opens",
    choices=(
        Choice("", "As for all points"),
        Choice("points", "This point", "it opens things at the site"),
        Choice("site", "The site", "it opens this one's page, SSH or files"),
        Choice("both", "Both"),
    ),
    why="This is about who opens a page, a share or a login through the tunnel, not about who dials to build it: one point may "
    "differ from the rest, as a field device among laptops. Think of who clicks and where; `ss -tn` on the point shows who called "
    "whom. When unsure, leave it as for all.",
    detail=True,
)
ADDRESSES = Question(
    id="points[*].addresses",
    kind=Kind.LIST,
    prompt="Which address should it have in the tunnel?",
    word="tunnel address",
    example="10.64.0.3",
    why="It is known at the site by it. If it has one already, `ip -brief address show wg0` on the point prints it. When "
    "unsure, leave it empty: it gets the next free one and keeps it.",
    detail=True,
)
PUBLIC_KEY = Question(
    id="points[*].public_key",
    kind=Kind.TEXT,
    prompt="Does it have a key of its own already?",
    word="WireGuard public key",
    example="44 letters and digits ending in =",
    why="With a key of its own the private half never leaves the point, and its file says where to put it; a private and "
    "a public key look alike, so take care which of the two it is. `sudo wg show wg0 public-key` prints it there. When unsure, leave "
    "it empty: a pair is made for it.",
    detail=True,
)
PRESHARED = Question(
    id="points[*].preshared_key",
    kind=Kind.YES_NO,
    prompt="Add a second, shared secret?",
    word="preshared key",
    default="yes",
    choices=YES_NO,
    why="It keeps recorded traffic closed even if the key exchange is broken one day. `wg genpsk` would make one; here it is "
    "made for you. When unsure, say yes.",
    when=brings_no_key,
    detail=True,
)
BEHIND_NAT = Question(
    id="points[*].behind_nat",
    kind=Kind.YES_NO,
    prompt="Is it behind a home router, a hotel's or a phone network?",
    word="NAT",
    default="yes",
    choices=YES_NO,
    why="Such a router forgets silent connections, so the point keeps it awake with a small packet now and then. If `ip -brief "
    "address` on the point and a page such as ifconfig.me show different addresses, it is. When unsure, say yes.",
    detail=True,
)
ENDPOINT = Question(
    id="points[*].endpoint",
    kind=Kind.TEXT,
    prompt="Under which address can Host β dial it?",
    word="endpoint",
    example="198.51.100.9:51820",
    why="With it, either side can begin; an endpoint is an address and a UDP port at which WireGuard answers. `ip -brief address` on the "
    "point prints its public address. When unsure, leave it empty: the point dials.",
    when=can_be_dialled,
    detail=True,
)
HOME = Question(
    id="points[*].home_networks",
    kind=Kind.LIST,
    prompt="Which networks is it in at home?",
    word="home LAN",
    example="192.168.178.0/24",
    why="If one is the same as a network at the site, packets stay at home instead of taking the tunnel. `ip route` on the "
    "point prints them. When unsure, leave it empty.",
    detail=True,
)

POINT = Group(
    name="points",
    title="Points",
    about="Each laptop, phone or device that connects from outside is a point.",
    questions=(NAME, PLATFORM, MAY_REACH, SERVICES, OPENS, ADDRESSES, PUBLIC_KEY, PRESHARED, BEHIND_NAT, ENDPOINT, HOME),
)
