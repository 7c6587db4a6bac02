#!/bin/sh
# wgwizard: site home, strategy masquerade
# puts the files of the host in place and starts wg0; run it on the host as root
set -eu

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

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
    awk '$1 ~ /^0+$/ && $2 == "00" && substr($9, 4, 1) ~ /[57df]/ { print "net/ipv6/conf/" $10 "/accept_ra = 2" }' \
      /proc/net/ipv6_route 2>/dev/null || :
  } | sort -u >"$work/ra"
  while IFS= read -r line; do
    case $line in
      "$unknown") printf 'net/ipv4/conf/%s/forwarding = 1\n' "$lan" ;;
      net/ipv6/conf/all/forwarding*) cat "$work/ra"; printf '%s\n' "$line" ;;
      *accept_ra*) grep -qxF "$line" "$work/ra" || printf '%s\n' "$line" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
}

# The private key is made here and stays here, where the plan says so.
with_key() {
  while IFS= read -r line; do
    if [ "$line" = "$key_line" ]; then
      key=$(sed -n 's/^PrivateKey = //p' "$conf" 2>/dev/null || :)
      printf 'PrivateKey = %s\n' "${key:-$(wg genkey)}"
    else
      printf '%s\n' "$line"
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
    printf '%s\n' "$line"
  done
}
# closing CHAIN SWITCH: the rules with the chain, or without it where the switch was on already.
closing() {
  if forwarded "$1" "$2"; then
    awk -v name="chain $1 {" 'index($0, name) { skip = 1 } !skip { print } skip && /^\t}$/ { skip = 0 }'
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

# Another firewall may stop the tunnel, and an accept of ours cannot bring back what it drops: how it is told is said, not done.
others() {
  if ufw status 2>/dev/null | grep -q '^Status: active'; then
    say '! ufw runs here and stops the tunnel until it is told, as root:'
    say '    ufw allow 51820/udp'
    say '    ufw route allow in on wg0'
    say '    ufw route allow out on wg0'
  fi
  if firewall-cmd -q --state 2>/dev/null; then
    say '! firewalld runs here and stops the tunnel until it is told, as root:'
    say '    firewall-cmd --permanent --new-zone=wgw-wg0'
    say '    firewall-cmd --permanent --zone=wgw-wg0 --set-target=ACCEPT'
    say '    firewall-cmd --permanent --zone=wgw-wg0 --add-interface=wg0'
    say '    firewall-cmd --permanent --new-policy=wgw-wg0-to'
    say '    firewall-cmd --permanent --policy=wgw-wg0-to --add-ingress-zone=ANY'
    say '    firewall-cmd --permanent --policy=wgw-wg0-to --add-egress-zone=wgw-wg0'
    say '    firewall-cmd --permanent --policy=wgw-wg0-to --set-target=ACCEPT'
    say '    firewall-cmd --permanent --new-policy=wgw-wg0-in'
    say '    firewall-cmd --permanent --policy=wgw-wg0-in --add-ingress-zone=ANY'
    say '    firewall-cmd --permanent --policy=wgw-wg0-in --add-egress-zone=HOST'
    say '    firewall-cmd --permanent --policy=wgw-wg0-in --add-port=51820/udp'
    say '    firewall-cmd --reload'
  fi
  nft -s -t list ruleset 2>/dev/null | awk '
    $1 == "table" { table = $2 " " $3 }
    $1 == "chain" { chain = $2; hook = "" }
    $1 == "type" { if ($2 == "filter" && $0 ~ / hook (input|forward) /) hook = $4 }
    hook != "" && (/policy drop/ || /^[ \t]*(counter )?(log .*)?(counter )?(drop|reject( with .*)?)( comment "[^"]*")?$/) {
      print table, chain, hook
      hook = ""
    }' | while read -r family table chain hook; do
    case $table in firewalld | wgwizard_*) continue ;; esac
    if nft list chains "$family" 2>/dev/null | grep -q 'chain ufw6\{0,1\}-' && [ "$table" = filter ]; then continue; fi
    say "! $family $table $chain drops what it does not know; it lets the tunnel through after, as root:"
    case "$family $table" in
      "ip filter" | "ip6 filter")
        tool=iptables
        if [ "$family" = ip6 ]; then tool=ip6tables; fi
        if [ "$hook" = forward ] && "$tool" -S DOCKER-USER >/dev/null 2>&1; then chain=DOCKER-USER; fi
        if [ "$hook" = input ]; then say "    $tool -I $chain -p udp --dport 51820 -j ACCEPT"
        else
          say "    $tool -I $chain -i wg0 -j ACCEPT"
          say "    $tool -I $chain -o wg0 -j ACCEPT"
        fi
        ;;
      *)
        if [ "$hook" = input ]; then say "    nft insert rule $family $table $chain udp dport 51820 accept"
        else
          say "    nft insert rule $family $table $chain iifname wg0 accept"
          say "    nft insert rule $family $table $chain oifname wg0 accept"
        fi
        ;;
    esac
    say "  and the same in the file from which it is loaded, else it is gone after a restart."
  done
  for family in ip ip6; do
    tool=${family}tables-legacy
    if ! command -v "$tool" >/dev/null; then tool=${family}tables; fi
    if ! grep -qs '^filter$' "/proc/net/${family}_tables_names" || "$tool" --version | grep -q nf_tables; then continue; fi
    if "$tool" -S | grep -qE '^-P (INPUT|FORWARD) DROP|-j (DROP|REJECT)'; then
      say "! $tool has rules that drop something, perhaps the tunnel; they let it through after, as root:"
      say "    $tool -I INPUT -p udp --dport 51820 -j ACCEPT"
      say "    $tool -I FORWARD -i wg0 -j ACCEPT"
      say "    $tool -I FORWARD -o wg0 -j ACCEPT"
      say "  and the same where they are loaded at boot."
    fi
  done
}

main() {
  interface='wg0'
  rules='/etc/wgwizard/wg0.nft'
  settings='/etc/sysctl.d/60-wgwizard-wg0.conf'
  conf='/etc/wireguard/wg0.conf'
  rules_unit='wgwizard-wg0.service'
  tunnel_unit='wg-quick@wg0.service'
  unknown='# net/ipv4/conf/(the LAN interface)/forwarding = 1'
  key_line='# PrivateKey = (made on beta)'
  unknown_name='(the LAN interface)'
  foreign4='foreign_ipv4'
  foreign6='foreign_ipv6'
  changed=
  [ "$(id -u)" -eq 0 ] || fail "run this as root"
  packages="nftables, wireguard-tools, iproute2 (or iproute), procps (or procps-ng) and diffutils"
  for tool in nft wg wg-quick ip sysctl systemctl awk sed cmp; do
    command -v "$tool" >/dev/null || fail "$tool is missing: install $packages"
  done
  ours '/etc/wgwizard/wg0.nft'
  ours '/etc/systemd/system/wgwizard-wg0.service'
  ours '/etc/systemd/system/wg-quick@wg0.service.d/wgwizard.conf'
  ours '/etc/sysctl.d/60-wgwizard-wg0.conf'
  ours '/etc/wireguard/wg0.conf'
  lan=$(lan_interface '192.168.200.2')
  [ -n "$lan" ] || fail "no interface here has the address 192.168.200.2"
  work=$(mktemp -d)
  trap 'rm -r "$work"' EXIT
  put '/etc/wgwizard/wg0.nft' 0644 rules <<'END_OF_WGWIZARD_FILE'
# wgwizard: site home, strategy masquerade
# rules of the tunnel, loaded by nft -f; no other table is touched
table inet wgwizard_wg0
delete table inet wgwizard_wg0
table inet wgwizard_wg0 {
	# points that may reach the whole site
	set full_site4 {
		type ipv4_addr;
		size 64;
		elements = {
			10.0.0.2,
			10.0.0.3,
			10.0.0.4
		}
	}

	# points that may reach the whole site
	set full_site6 {
		type ipv6_addr;
		size 64;
		elements = {
			fd00:10::2,
			fd00:10::3,
			fd00:10::4
		}
	}

	chain forward {
		type filter hook forward priority filter; policy accept;
		iifname "wg0" jump from_points
		oifname "wg0" jump to_points
	}

	chain from_points {
		# answers, and what belongs to an open connection
		ct state established,related accept
		# points that may reach the whole site
		ip saddr @full_site4 ip daddr 192.168.200.0/24 accept
		# points that may reach the whole site
		ip6 saddr @full_site6 ip6 daddr fd00:200::/64 accept
		counter reject with icmpx type admin-prohibited
	}

	chain to_points {
		# answers, and what belongs to an open connection
		ct state established,related accept
		counter reject with icmpx type admin-prohibited
	}

	chain input {
		type filter hook input priority filter; policy accept;
		iifname "wg0" jump to_host
	}

	chain to_host {
		# answers, and what belongs to an open connection
		ct state established,related accept
		icmp type echo-request ip daddr { 10.0.0.1, 192.168.200.2 } accept
		icmpv6 type echo-request ip6 daddr { fd00:10::1, fd00:200::2 } accept
		counter reject with icmpx type admin-prohibited
	}

	chain clamp {
		type filter hook forward priority mangle; policy accept;
		iifname "wg0" tcp flags syn tcp option maxseg size set rt mtu
		oifname "wg0" tcp flags syn tcp option maxseg size set rt mtu
	}

	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		# the site sees the host in place of the points
		oifname != "wg0" ip saddr 10.0.0.0/24 ip daddr 192.168.200.0/24 masquerade
		# the site sees the host in place of the points
		oifname != "wg0" ip6 saddr fd00:10::/64 ip6 daddr fd00:200::/64 masquerade
	}

	chain foreign_ipv4 {
		type filter hook forward priority filter; policy accept;
		# answers, and what belongs to an open connection
		ct state established,related accept
		# ports that somebody published (containers)
		ct status dnat accept
		# the LAN interface did not forward IPv4 before the tunnel came: keep other paths closed
		meta nfproto ipv4 iifname "(the LAN interface)" oifname != "wg0" oifgroup != 30567 counter drop
	}

	chain foreign_ipv6 {
		type filter hook forward priority filter; policy accept;
		# answers, and what belongs to an open connection
		ct state established,related accept
		# ports that somebody published (containers)
		ct status dnat accept
		# IPv6 was not forwarded here before the tunnel came: keep other paths closed
		meta nfproto ipv6 iifname != "wg0" oifname != "wg0" iifgroup != 30567 oifgroup != 30567 counter drop
	}
}
END_OF_WGWIZARD_FILE
  put '/etc/systemd/system/wgwizard-wg0.service' 0644 cat <<'END_OF_WGWIZARD_FILE'
# wgwizard: site home, strategy masquerade
# loads the rules of the tunnel at boot, and again whenever nftables.service flushes every table
[Unit]
Description=Rules of the WireGuard tunnel wg0
DefaultDependencies=no
After=local-fs.target nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service
Wants=network-pre.target
Before=network-pre.target shutdown.target wg-quick@wg0.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=nft -f /etc/wgwizard/wg0.nft
ExecReload=nft -f /etc/wgwizard/wg0.nft

[Install]
WantedBy=multi-user.target
END_OF_WGWIZARD_FILE
  put '/etc/systemd/system/wg-quick@wg0.service.d/wgwizard.conf' 0644 cat <<'END_OF_WGWIZARD_FILE'
# wgwizard: site home, strategy masquerade
# no rules, no tunnel; the interface's group, and the forwarding, each time it is made
[Unit]
Requires=wgwizard-wg0.service
After=wgwizard-wg0.service

[Service]
ExecStartPost=ip link set dev wg0 group 30567
ExecStartPost=sysctl -q -w net/ipv4/conf/wg0/forwarding=1
ExecStartPost=sysctl -q -e -w net/ipv6/conf/all/forwarding=1
END_OF_WGWIZARD_FILE
  put '/etc/sysctl.d/60-wgwizard-wg0.conf' 0644 settings <<'END_OF_WGWIZARD_FILE'
# wgwizard: site home, strategy masquerade
# forwarding between the tunnel and the site
# net/ipv4/conf/(the LAN interface)/forwarding = 1
net/ipv6/conf/all/forwarding = 1
END_OF_WGWIZARD_FILE
  put '/etc/wireguard/wg0.conf' 0600 with_key <<'END_OF_WGWIZARD_FILE'
# wgwizard: site home, strategy masquerade
# Host β (beta)

[Interface]
Address = 10.0.0.1/24, fd00:10::1/64
ListenPort = 51820
# PrivateKey = (made on beta)
Table = off

[Peer]
# phone
PublicKey = JXHawJayDZztBeW4mlkqYQR95RP5Xr3bFPAiG8LkEQk=
PresharedKey = O80clP5sTirGwj/L496nhACzATcUS6o9OF02YcKo0hE=
AllowedIPs = 10.0.0.2/32, fd00:10::2/128

[Peer]
# laptop
PublicKey = r+eqCRnKz22RsOovaM3yqDMA1ovbIoUjrG0+OdNitzA=
PresharedKey = ibsUkL5TEbjX4GLp9aB7T1cgf1tzoGWtplaX95wlqaw=
AllowedIPs = 10.0.0.3/32, fd00:10::3/128

[Peer]
# nas
PublicKey = CZe8gBoEcIDUuYlqP1b8N3GNaTY6RU6y9TXnB0ZFkmg=
AllowedIPs = 10.0.0.4/32, fd00:10::4/128
END_OF_WGWIZARD_FILE
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
}

main "$@"
