"""What other firewalls of Host β must be told for the tunnel, as commands: an accept of ours cannot bring back what they drop; pure.

The commands are those of ufw(8), firewall-cmd(1), iptables(8) and nft(8).
"""


def in_ufw(interface: str, port: int) -> tuple[str, ...]:
    """Ufw's rules: for the tunnel's UDP port first, then for what is forwarded into the tunnel and out of it."""
    return (f"allow {port}/udp", f"route allow in on {interface}", f"route allow out on {interface}")


def firewalld_zone(interface: str) -> str:
    """The zone of a tunnel, after which its policies are named."""
    return f"wgw-{interface}"


def in_firewalld(interface: str, port: int) -> tuple[str, ...]:
    """firewall-cmd's commands: a zone for the tunnel, a policy into it (out of it leads the zone's own target), and one for the port."""
    zone = firewalld_zone(interface)
    words = (
        f"--new-zone={zone}",
        f"--zone={zone} --set-target=ACCEPT",
        f"--zone={zone} --add-interface={interface}",
        f"--new-policy={zone}-to",
        f"--policy={zone}-to --add-ingress-zone=ANY",
        f"--policy={zone}-to --add-egress-zone={zone}",
        f"--policy={zone}-to --set-target=ACCEPT",
        f"--new-policy={zone}-in",
        f"--policy={zone}-in --add-ingress-zone=ANY",
        f"--policy={zone}-in --add-egress-zone=HOST",
        f"--policy={zone}-in --add-port={port}/udp",
    )
    return (*(f"firewall-cmd --permanent {word}" for word in words), "firewall-cmd --reload")


def found_by_script(interface: str, port: int) -> list[str]:
    """The shell function `others` of the install script: which of them run on β, and how each is told; it changes nothing."""
    return [
        "# Another firewall may stop the tunnel, and an accept of ours cannot bring back what it drops: how it is told is said, not done.",
        "others() {",
        "  if ufw status 2>/dev/null | grep -q '^Status: active'; then",
        "    say '! ufw runs here and stops the tunnel until it is told, as root:'",
        *(f"    say '    ufw {rule}'" for rule in in_ufw(interface, port)),
        "  fi",
        "  if firewall-cmd -q --state 2>/dev/null; then",
        "    say '! firewalld runs here and stops the tunnel until it is told, as root:'",
        *(f"    say '    {command}'" for command in in_firewalld(interface, port)),
        "  fi",
        *_FOREIGN_CHAINS.format(interface=interface, port=port).splitlines(),
        *_LEGACY.format(interface=interface, port=port).splitlines(),
        "}",
    ]


# Base chains that drop what they do not let through, by their policy or by a rule for everything, but for those of the two above.
# The tables "ip filter" and "ip6 filter" are iptables' own, which nft must not edit; Docker keeps its chain DOCKER-USER for what others
# tell it.
_FOREIGN_CHAINS = """\
  nft -s -t list ruleset 2>/dev/null | awk '
    $1 == "table" {{ table = $2 " " $3 }}
    $1 == "chain" {{ chain = $2; hook = "" }}
    $1 == "type" {{ if ($2 == "filter" && $0 ~ / hook (input|forward) /) hook = $4 }}
    hook != "" && (/policy drop/ || /^[ \\t]*(counter )?(log .*)?(counter )?(drop|reject( with .*)?)( comment "[^"]*")?$/) {{
      print table, chain, hook
      hook = ""
    }}' | while read -r family table chain hook; do
    case $table in firewalld | wgwizard_*) continue ;; esac
    if nft list chains "$family" 2>/dev/null | grep -q 'chain ufw6\\{{0,1\\}}-' && [ "$table" = filter ]; then continue; fi
    say "! $family $table $chain drops what it does not know; it lets the tunnel through after, as root:"
    case "$family $table" in
      "ip filter" | "ip6 filter")
        tool=iptables
        if [ "$family" = ip6 ]; then tool=ip6tables; fi
        if [ "$hook" = forward ] && "$tool" -S DOCKER-USER >/dev/null 2>&1; then chain=DOCKER-USER; fi
        if [ "$hook" = input ]; then say "    $tool -I $chain -p udp --dport {port} -j ACCEPT"
        else
          say "    $tool -I $chain -i {interface} -j ACCEPT"
          say "    $tool -I $chain -o {interface} -j ACCEPT"
        fi
        ;;
      *)
        if [ "$hook" = input ]; then say "    nft insert rule $family $table $chain udp dport {port} accept"
        else
          say "    nft insert rule $family $table $chain iifname {interface} accept"
          say "    nft insert rule $family $table $chain oifname {interface} accept"
        fi
        ;;
    esac
    say "  and the same in the file from which it is loaded, else it is gone after a restart."
  done"""

# What nft does not list; asked only where that table is loaded, as asking would load it.
_LEGACY = """\
  for family in ip ip6; do
    tool=${{family}}tables-legacy
    if ! command -v "$tool" >/dev/null; then tool=${{family}}tables; fi
    if ! grep -qs '^filter$' "/proc/net/${{family}}_tables_names" || "$tool" --version | grep -q nf_tables; then continue; fi
    if "$tool" -S | grep -qE '^-P (INPUT|FORWARD) DROP|-j (DROP|REJECT)'; then
      say "! $tool has rules that drop something, perhaps the tunnel; they let it through after, as root:"
      say "    $tool -I INPUT -p udp --dport {port} -j ACCEPT"
      say "    $tool -I FORWARD -i {interface} -j ACCEPT"
      say "    $tool -I FORWARD -o {interface} -j ACCEPT"
      say "  and the same where they are loaded at boot."
    fi
  done"""
