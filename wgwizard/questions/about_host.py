"""Questions about Host β, the computer at the site on which WireGuard runs."""

from wgwizard.questions.model import YES_NO_UNSURE, Choice, Group, Kind, Question
from wgwizard.questions.when import reached_by_ssh

SSH = Question(
    id="host.ssh",
    kind=Kind.TEXT,
    prompt="How do you log in to Host β?",
    word="SSH",
    example="admin@192.168.1.10",
    why="With a login, the wizard can put the files in place itself, with an automatic way back. Whatever you type after `ssh` "
    "works, names from your ssh configuration included; `local` where the wizard runs on Host β itself. When unsure, leave it "
    "empty: you then get the files to copy by hand.",
)
ADDRESSES = Question(
    id="host.addresses",
    kind=Kind.LIST,
    prompt="Which address does Host β have at the site?",
    word="LAN address",
    example="192.168.1.10/24",
    why="Routes lead to this address, and with masquerade the site sees it in place of the points. `ip -brief address` on Host "
    "β prints it, with its prefix (/24). When unsure, take the one that other computers at the site use to reach it.",
)
ENDPOINT = Question(
    id="host.endpoint",
    kind=Kind.TEXT,
    prompt="Under which name or address is it reached from outside?",
    word="endpoint",
    example="vpn.example.com:51820",
    why="The points dial it: an endpoint is the public name or address and the UDP port at which WireGuard answers. `curl "
    "https://ifconfig.me` at the site prints the public address, and the router must forward the UDP port to Host β; where it cannot, "
    "Host β can dial a point that has a public address (the preset cgnat). When unsure, leave it empty: the points' files then say "
    "what is missing.",
)
GATEWAY = Question(
    id="host.default_gateway",
    kind=Kind.YES_NO_UNSURE,
    prompt="Is Host β itself the site's router?",
    word="default gateway",
    usual="no",
    choices=YES_NO_UNSURE,
    why="If it is, answers come to it anyway, and no route has to be added anywhere. `ip route show default` on another "
    "computer at the site names the router; compare it with Host β's address. When unsure, it probably is not.",
)
NAME = Question(
    id="host.name",
    kind=Kind.TEXT,
    prompt="What is Host β called?",
    word="host name",
    example="beta",
    why="Only texts and tables use it. `hostname` on Host β prints it. When unsure, leave it empty: it is called beta then.",
    detail=True,
)
INTERFACE = Question(
    id="host.interface",
    kind=Kind.TEXT,
    prompt="Which of its network interfaces leads to the site?",
    word="LAN interface",
    example="eth0",
    why="Forwarding is switched on for this interface alone. `ip -brief address` on Host β prints it before the address. When "
    "unsure, leave it empty: it is found when the wizard looks at the host.",
    detail=True,
)
KEYS = Question(
    id="host.keys",
    kind=Kind.CHOICE,
    prompt="Where is Host β's private key made?",
    word="private key",
    default="host",
    choices=(Choice("host", "On Host β, where it stays"), Choice("here", "Here, and sent to it")),
    why="A key that never leaves the host cannot be lost on the way. There is nothing to look up; `sudo wg show` prints the "
    "public half later. When unsure, let Host β make it, unless you mean to bring its files there by hand: then make it here.",
    when=reached_by_ssh,
    detail=True,
)
SERVICES = Question(
    id="host.services",
    kind=Kind.SERVICES,
    prompt="Which services of Host β itself may the points use?",
    word="name protocol port",
    example="dns udp 53, ssh tcp 22",
    why="What is not named here stays closed to the points, ping excepted. `ss -tulpn` on Host β prints what it offers. When "
    "unsure, leave it empty.",
    detail=True,
)

HOST = Group(
    name="host",
    title="Host β",
    about="Host β is the Linux computer at the site that WireGuard runs on.",
    questions=(SSH, ADDRESSES, ENDPOINT, GATEWAY, NAME, INTERFACE, KEYS, SERVICES),
)
