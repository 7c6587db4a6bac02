"""β's files -> one POSIX sh script that puts them in place, for a β without SSH: run it there as root, as often as one likes."""

from wgwizard.plan.model import HOST, Plan
from wgwizard.render.artefact import Artefact, Bundle
from wgwizard.render.nftables import FOREIGN_CHAINS, UNKNOWN_LAN, rules_path
from wgwizard.render.other_firewalls import found_by_script
from wgwizard.render.sysctl import UNKNOWN_LAN_LINE, sysctl_path
from wgwizard.render.text import header
from wgwizard.render.units import rules_unit, tunnel_unit
from wgwizard.render.wireguard import conf_path, made_on_host_line
from wgwizard.secret import Secret
from wgwizard.site import DEFAULT_PORT

SCRIPT = "install.sh"
END = "END_OF_WGWIZARD_FILE"

# What the script finds out or makes on β itself.
FOUND_ON_HOST = frozenset({"host.interface", "host.private_key"})

# Everything is a function, so that a script that was cut on its way does nothing at all.
_FUNCTIONS = """\
say() { printf '%s\\n' "$*"; }
fail() { printf 'install.sh: %s\\n' "$*" >&2; exit 1; }

# put PATH MODE FILTER: the standard input becomes the file, by one rename; "changed" grows where it was not the same before.
put() {
  mkdir -p "${1%/*}"
  (umask 077 && "$3" >"$1.wgwizard-new")
  if [ -e "$1" ] && cmp -s "$1" "$1.wgwizard-new"; then
    rm "$1.wgwizard-new"
  else
    chmod "$2" "$1.wgwizard-new"
    mv "$1.wgwizard-new" "$1"
    changed="$changed $1"
    say "written: $1"
  fi
}

# Nothing that somebody else made is overwritten.
ours() {
  if [ -e "$1" ] && ! grep -q '^# wgwizard: ' "$1"; then fail "$1 is not wgwizard's: move it away first"; fi
}

# β's LAN interface, by its address.
lan_interface() { ip -o addr show to "$1" | awk 'NR == 1 { print $2 }'; }

# The settings for the kernel: the LAN interface where it was not known, and accept_ra=2 where the kernel learned a default route by RA
# (RTF_DEFAULT and RTF_ADDRCONF), which IPv6 forwarding would make it forget.
settings() {
  {
    if [ -e "$settings" ]; then grep '/accept_ra = 2$' "$settings" || :; fi
    awk '$1 ~ /^0+$/ && $2 == "00" && substr($9, 4, 1) ~ /[57df]/ { print "net/ipv6/conf/" $10 "/accept_ra = 2" }' \\
      /proc/net/ipv6_route 2>/dev/null || :
  } | sort -u >"$work/ra"
  while IFS= read -r line; do
    case $line in
      "$unknown") printf 'net/ipv4/conf/%s/forwarding = 1\\n' "$lan" ;;
      net/ipv6/conf/all/forwarding*) cat "$work/ra"; printf '%s\\n' "$line" ;;
      *accept_ra*) grep -qxF "$line" "$work/ra" || printf '%s\\n' "$line" ;;
      *) printf '%s\\n' "$line" ;;
    esac
  done
}

# The private key is made here and stays here, where the plan says so.
with_key() {
  while IFS= read -r line; do
    if [ "$line" = "$key_line" ]; then
      key=$(sed -n 's/^PrivateKey = //p' "$conf" 2>/dev/null || :)
      printf 'PrivateKey = %s\\n' "${key:-$(wg genkey)}"
    else
      printf '%s\\n' "$line"
    fi
  done
}

# Forwards between other interfaces stay as they were: open where β forwarded the family before any tunnel of ours came.
rules() {
  with_lan | closing "$foreign4" "net/ipv4/conf/$lan/forwarding" | closing "$foreign6" net/ipv6/conf/all/forwarding
}
with_lan() {
  while IFS= read -r line; do
    case $line in *"$unknown_name"*) line=${line%%"$unknown_name"*}$lan${line#*"$unknown_name"} ;; esac
    printf '%s\\n' "$line"
  done
}
# closing CHAIN SWITCH: the rules with the chain, or without it where the switch was on already.
closing() {
  if forwarded "$1" "$2"; then
    awk -v name="chain $1 {" 'index($0, name) { skip = 1 } !skip { print } skip && /^\\t}$/ { skip = 0 }'
  else
    cat
  fi
}
# What we switched on ourselves says nothing: the rules of then do. ip_forward we never touch.
forwarded() {
  if [ "$1" = "$foreign4" ] && is_on net/ipv4/ip_forward; then return 0; fi
  if grep -qsxF "$2 = 1" "$settings"; then ! grep -qsF "chain $1 {" "$rules"; return; fi
  if grep -qsF "chain $1 {" /etc/wgwizard/*.nft; then return 1; fi
  is_on "$2"
}
is_on() { [ "$(cat "/proc/sys/$1" 2>/dev/null || echo 0)" = 1 ]; }
"""

# The rules come first: what forwarding opens is closed before it is switched on.
_START = """\
  systemctl daemon-reload
  systemctl -q enable "$rules_unit" "$tunnel_unit"
  if ! systemctl -q is-active "$rules_unit"; then
    systemctl start "$rules_unit"
  else
    case $changed in *"$rules"*) systemctl reload "$rules_unit" ;; esac
  fi
  sysctl -q -p "$settings"
  if ! systemctl -q is-active "$tunnel_unit"; then
    systemctl start "$tunnel_unit"
  else
    case $changed in *"$conf"*) systemctl restart "$tunnel_unit" ;; esac
  fi
  others
  say "public key of this host: $(wg show "$interface" public-key)"
"""


def with_install_script(plan: Plan, bundle: Bundle) -> Bundle:
    """What is written to a folder: the bundle, and the script that installs β's files."""
    return Bundle((*bundle.artefacts, install_script(plan, bundle)))


def covered_by_script(artefact: Artefact) -> bool:
    """Whether the script puts a file in place that is not complete here, as it finds or makes on β what is missing."""
    return artefact.node == HOST and bool(artefact.missing) and FOUND_ON_HOST.issuperset(artefact.missing)


def install_script(plan: Plan, bundle: Bundle) -> Artefact:
    """The script, complete when β's files are, except for what it finds or makes on β (its LAN interface, its private key)."""
    files = [artefact for artefact in bundle.of(HOST) if artefact.path.startswith("/")]
    missing = tuple(dict.fromkeys(item for artefact in files for item in artefact.missing if item not in FOUND_ON_HOST))
    shown = _script(plan, [(artefact, artefact.text) for artefact in files])
    whole = Secret(_script(plan, [(artefact, artefact.content()) for artefact in files]))
    return Artefact(HOST, SCRIPT, "0700", shown, whole if any(artefact.secret for artefact in files) else None, missing)


def _script(plan: Plan, files: list[tuple[Artefact, str]]) -> str:
    lines = [
        "#!/bin/sh",
        *header(plan, f"puts the files of the host in place and starts {plan.host.interface}; run it on the host as root"),
        "set -eu",
        "",
        _FUNCTIONS,
        *found_by_script(plan.host.interface, plan.host.listen_port or DEFAULT_PORT),
        "",
        "main() {",
        *_values(plan),
        '  [ "$(id -u)" -eq 0 ] || fail "run this as root"',
        '  packages="nftables, wireguard-tools, iproute2 (or iproute), procps (or procps-ng) and diffutils"',
        "  for tool in nft wg wg-quick ip sysctl systemctl awk sed cmp; do",
        '    command -v "$tool" >/dev/null || fail "$tool is missing: install $packages"',
        "  done",
        *[f"  ours {_quoted(artefact.path)}" for artefact, _ in files],
        *_find_lan(plan),
        "  work=$(mktemp -d)",
        "  trap 'rm -r \"$work\"' EXIT",
    ]
    filters = {rules_path(plan.host.interface): "rules", sysctl_path(plan.host.interface): "settings"}
    if not plan.host.private_key_here:
        filters[conf_path(plan.host.interface)] = "with_key"
    for artefact, text in files:
        put = f"  put {_quoted(artefact.path)} {artefact.mode} {filters.get(artefact.path, 'cat')}"
        lines += [f"{put} <<'{END}'", text.rstrip("\n"), END]
    return "\n".join([*lines, _START + "}", "", 'main "$@"']) + "\n"


def _values(plan: Plan) -> list[str]:
    interface = plan.host.interface
    values = {
        "interface": interface,
        "rules": rules_path(interface),
        "settings": sysctl_path(interface),
        "conf": conf_path(interface),
        "rules_unit": rules_unit(interface),
        "tunnel_unit": tunnel_unit(interface),
        "unknown": UNKNOWN_LAN_LINE,
        "key_line": made_on_host_line(plan),
        "unknown_name": UNKNOWN_LAN,
        "foreign4": FOREIGN_CHAINS[4],
        "foreign6": FOREIGN_CHAINS[6],
    }
    return [f"  {name}={_quoted(value)}" for name, value in values.items()] + ["  changed="]


def _find_lan(plan: Plan) -> list[str]:
    """The LAN interface, where the plan does not know it."""
    if plan.forwarding.interfaces:
        return [f"  lan={_quoted(plan.forwarding.interfaces[0])}"]
    address = str(plan.site.host.addresses[0].ip)
    return [f"  lan=$(lan_interface {_quoted(address)})", f'  [ -n "$lan" ] || fail "no interface here has the address {address}"']


def _quoted(text: str) -> str:
    """A word for the shell, whatever it holds."""
    return "'" + text.replace("'", "'\\''") + "'"
