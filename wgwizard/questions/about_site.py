"""Questions about the site: the network that people want to reach, and what can be changed there."""

from wgwizard.questions.model import NOT_SURE, YES_NO_UNSURE, Choice, Group, Kind, Question
from wgwizard.questions.when import router_is_told, router_matters

NAME = Question(
    id="name",
    kind=Kind.TEXT,
    prompt="What do you call this set-up?",
    word="name",
    usual="home",
    example="home",
    why="The name becomes the name of the saved file and stands in every file that is made. Any short word will do, such as the "
    "street, or what `hostname` prints on the computer that matters most there. When unsure, take the place where the "
    "computers stand.",
)
COMPUTERS = Question(
    id="site.hosts",
    kind=Kind.COMPUTERS,
    prompt="Which computers there matter to you?",
    word="hosts",
    example="nas, printer=192.168.1.30",
    why="A name stands in the picture and in the table of who reaches whom, and with its address in the rights of a point. `ip -brief "
    "address` on that computer, or your router's list of devices, shows the address. When unsure, write the name alone, or leave it "
    "empty: the networks below count as a whole either way.",
)
NETWORKS = Question(
    id="site.networks",
    kind=Kind.NETWORKS,
    prompt="Which networks at the site does the tunnel connect?",
    word="LAN, CIDR",
    example="192.168.1.0/24, cameras=192.168.201.0/24",
    why="Only these networks can be reached by the points, or open things on them; a network is written in CIDR notation, "
    "its first address and how many of the 32 bits are the network's, so /24 is 256 addresses. Type `ip -brief address` on a Linux "
    "computer at the site (`ipconfig` on Windows): 192.168.1.20/24 means the network 192.168.1.0/24; mind that IPv6 has one of its "
    "own. When unsure, name only the network of the computer that you want to reach or that you sit at there.",
)
ROUTER = Question(
    id="site.router",
    kind=Kind.LIST,
    prompt="What is the address of the site's router?",
    word="default gateway",
    example="192.168.1.1, fd00::1",
    why="The card with what to type on the router names it, and the path of packets is followed through it. `ip route show "
    "default` on a Linux computer at the site (`ipconfig` on Windows) prints it. When unsure, leave it empty.",
    detail=True,
)
ROUTES = Question(
    id="site.routes",
    kind=Kind.MANY,
    prompt="Where at the site could you add a route?",
    word="static route",
    choices=(
        Choice("router", "On the router", "its page for static routes"),
        Choice("dhcp", "In the DHCP server", "option 121, for computers that ask it"),
        Choice("hosts", "On the computers themselves", "one command each"),
        Choice("none", "Nowhere", "somebody else runs the network"),
        NOT_SURE,
    ),
    detail=True,
    why="Without address translation the site must learn the way back to the points: a static route, a fixed line such as “10.64.0.0/24 "
    "is behind Host β”, and option 121 is how a DHCP server gives it to computers with their address; where none can be added, Host β "
    "translates instead. Look in the router's pages for `static routes`, or ask whoever has its password. When unsure, say so: the "
    "recommendation then needs no route.",
)
ROUTER_KIND = Question(
    id="site.router_kind",
    kind=Kind.CHOICE,
    prompt="What kind of router is it?",
    word="cards for the router",
    choices=(
        Choice("", "Another, or I am not sure"),
        Choice("fritzbox", "FRITZ!Box"),
        Choice("routeros", "MikroTik", "RouterOS"),
        Choice("unifi", "UniFi"),
        Choice("edgeos", "EdgeRouter", "EdgeOS"),
        Choice("openwrt", "OpenWrt"),
        Choice("opnsense", "OPNsense"),
        Choice("pfsense", "pfSense"),
        Choice("vyos", "VyOS"),
        Choice("cisco", "Cisco IOS"),
        Choice("linux", "A Linux computer", "the card prints ip and nft commands"),
    ),
    why="It decides in which words the cards for the router are written: a route to the points, and the way in from the internet. "
    "The sign on its case or its web page says what it is; on a Linux router `cat /etc/os-release` does. When unsure, take the first: "
    "the cards then say what to set in plain words.",
    when=router_is_told,
    detail=True,
)
DROPS_INVALID = Question(
    id="site.router_drops_invalid",
    kind=Kind.YES_NO_UNSURE,
    prompt="Does the router drop connections of which it sees only half?",
    word="ct state invalid drop",
    choices=YES_NO_UNSURE,
    why="With the route only on the router, computers beside Host β send through the router but are answered directly, and a "
    "strict firewall stops that. A Linux or OpenWrt router shows it by `nft list ruleset | grep invalid`, a MikroTik by a rule “drop "
    "invalid” in `/ip firewall filter print`, which its usual configuration has; OPNsense and pfSense stop it unless told otherwise. "
    "When unsure, say so: the recommendation then names what does not hang on it.",
    when=router_matters,
    detail=True,
)
CLOUD = Question(
    id="site.cloud",
    kind=Kind.CHOICE,
    prompt="Is the site a rented network in a cloud?",
    word="VPC",
    choices=(
        Choice("none", "No, it is our own"),
        Choice("aws", "Amazon", "AWS VPC"),
        Choice("gcp", "Google", "GCP VPC"),
        Choice("azure", "Microsoft", "Azure VNet"),
        NOT_SURE,
    ),
    why="A cloud drops packets with foreign addresses until its source/destination check is off, and takes routes only in its "
    "own table. `cat /sys/class/dmi/id/sys_vendor` on Host β names the cloud. When unsure and the computers stand in a room "
    "you can enter, it is your own.",
    detail=True,
)
DNS_SERVERS = Question(
    id="site.dns.servers",
    kind=Kind.LIST,
    prompt="Which name server should the points use?",
    word="DNS",
    example="192.168.1.1",
    why="With it, the site's own names work from outside too; without it the points keep the name server that they have. "
    "`resolvectl dns` on a computer at the site (`ipconfig /all` on Windows) prints it. When unsure, leave it empty and use "
    "addresses.",
    detail=True,
)
DNS_SEARCH = Question(
    id="site.dns.search",
    kind=Kind.LIST,
    prompt="Which ending do the site's names have?",
    word="search domain",
    example="home.lan",
    why="With it a short name such as `nas` is enough. `resolvectl domain` on a computer at the site prints it. When unsure, "
    "leave it empty.",
    detail=True,
)

SITE = Group(
    name="site",
    title="Site",
    about="The site is where Host β stands; a laptop or device elsewhere is a point.",
    questions=(NAME, COMPUTERS, NETWORKS, ROUTES, ROUTER, ROUTER_KIND, DROPS_INVALID, CLOUD, DNS_SERVERS, DNS_SEARCH),
)
