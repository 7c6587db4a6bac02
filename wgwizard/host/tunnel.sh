# The tunnel on Host β: started, changed while it runs, stopped. For engine.sh.

conf_values() { sed -n "s/^[[:space:]]*$2[[:space:]]*=[[:space:]]*//p" "$1" | tr ',' '\n' | tr -d ' \t\r' | grep . | sort -u; }
family_of() { case $1 in *:*) echo -6 ;; *) echo -4 ;; esac; }
current_addresses() { ip -o addr show dev "$IFACE" | awk '$3 ~ /^inet/ && $0 !~ /scope link/ { print $4 }' | sort -u; }
current_routes() {
  { ip -o -4 route show dev "$IFACE"; ip -o -6 route show dev "$IFACE"; } | grep -v 'proto kernel' | awk '{ print $1 }' | sort -u
}

# sync_addresses FILE, sync_routes FILE: exactly those of the file, the rest taken away. syncconf changes neither.
sync_addresses() {
  sort -u "$1" >"$T/want"
  current_addresses >"$T/have"
  if [ "$OWNER" = NetworkManager ] && ! cmp -s "$T/have" "$T/want"; then take_away_its_routes; fi
  for address in $(comm -23 "$T/have" "$T/want"); do take_address "$address" || return 1; done
  # Looked at anew: with the first IPv4 address of a network all others in it go.
  current_addresses >"$T/have"
  for address in $(comm -13 "$T/have" "$T/want"); do give_address "$address" || return 1; done
}
take_address() {
  if ! current_addresses | grep -qFx "$1"; then return 0; fi
  bounded 5 ip "$(family_of "$1")" address del "$1" dev "$IFACE"
}
# NetworkManager makes the IPv6 route of an address itself, with a metric of its own, and the kernel none: it would stay when the address
# goes, and stand there twice after a restart where the kernel had made it. So ours is what NetworkManager would make. (The kernel takes an
# address for the network that it is in.)
take_away_its_routes() {
  bounded 5 ip -6 route flush dev "$IFACE" proto kernel
  for address in $(comm -12 "$T/have" "$T/want" | grep :); do its_route "$address"; done
}
its_route() { bounded 5 ip -6 route replace "$1" dev "$IFACE" proto kernel metric 1024; }
give_address() {
  case $OWNER$1 in
    NetworkManager*:*) bounded 5 ip -6 address add "$1" dev "$IFACE" noprefixroute && its_route "$1" ;;
    *) bounded 5 ip "$(family_of "$1")" address add "$1" dev "$IFACE" ;;
  esac
}
# reconnect_at_other_addresses FILE: where the addresses were changed to others than those, NetworkManager brings them back, with its routes.
reconnect_at_other_addresses() {
  [ "$OWNER" = NetworkManager ] || return 0
  sort -u "$1" >"$T/want"
  current_addresses | cmp -s - "$T/want" || bounded 25 nmcli -w 15 connection up uuid "$PROFILE"
}
sync_routes() {
  sort -u "$1" >"$T/want"
  current_routes >"$T/have"
  for route in $(comm -23 "$T/have" "$T/want"); do bounded 5 ip "$(family_of "$route")" route del "$route" dev "$IFACE" || return 1; done
  for route in $(comm -13 "$T/have" "$T/want"); do bounded 5 ip "$(family_of "$route")" route add "$route" dev "$IFACE" || return 1; done
}

# The routes that the interface has, without those of AllowedIPs that go, and with those that come and that nothing covers, as
# wg-quick makes them. old_networks holds the AllowedIPs of before. The others have exactly those of their file.
wanted_routes() {
  if [ "$OWNER" != wg-quick ]; then
    { conf_values "$2" Destination; conf_values "$2" 'route[0-9]*'; } | sed 's#/32$##; s#/128$##'
    return
  fi
  conf_values "$1" AllowedIPs >"$T/new_networks"
  comm -23 "$T/old_networks" "$T/new_networks" | sed 's#/32$##; s#/128$##' | sort -u >"$T/gone"
  current_routes | comm -23 - "$T/gone"  # not grep -v -f: busybox's takes an empty file for everything
  if [ "$(conf_values "$1" Table)" = off ]; then return; fi
  for network in $(comm -13 "$T/old_networks" "$T/new_networks"); do
    if ip "$(family_of "$network")" -o route show dev "$IFACE" match "$network" | grep -q .; then continue; fi
    network=${network%/32}
    echo "${network%/128}"
  done
}

# What wg(8) takes of its owner's file.
stripped() {
  case $OWNER in
    # Through a pipe, like own_table.
    wg-quick) text=$(wg-quick strip "$1") && printf '%s\n' "$text" ;;
    systemd-networkd) awk '/^\[/ { skip = $0 == "[NetDev]"; sub(/WireGuardPeer/, "Peer"); sub(/WireGuard/, "Interface") } !skip' "$1" ;;
    NetworkManager) stripped_keyfile "$1" ;;
  esac
}
stripped_keyfile() {
  awk '
    BEGIN {
      name["listen-port"] = "ListenPort"; name["private-key"] = "PrivateKey"; name["preshared-key"] = "PresharedKey"
      name["allowed-ips"] = "AllowedIPs"; name["endpoint"] = "Endpoint"; name["persistent-keepalive"] = "PersistentKeepalive"
    }
    $0 == "[wireguard]" { print "[Interface]" }
    sub(/^\[wireguard-peer\./, "") { sub(/\].*/, ""); print "[Peer]"; print "PublicKey = " $0; next }
    {
      key = value = $0
      sub(/[ \t]*=.*/, "", key)
      sub(/^[^=]*=[ \t]*/, "", value)
      gsub(/;/, ",", value)
      sub(/,$/, "", value)
      if (key in name) print name[key] " = " value
    }' "$1"
}

mtu_in() { [ ! -f "$1" ] || conf_values "$1" '[Mm][Tt][Uu]\(Bytes\)*'; }
# What the tunnel gets where its file names no MTU: that of the way out, less what WireGuard adds, from wg-quick; the kernel's from others.
usual_mtu() {
  out=1500
  if [ "$OWNER" = wg-quick ]; then
    way=$(ip route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
    out=$(cat "/sys/class/net/$way/mtu" 2>/dev/null || echo 1500)
  fi
  echo $((out - 80))
}

# A running tunnel keeps its interface and its sessions.
update_tunnel() {
  conf=$T/new/${TUNNEL##*/} network=$T/new/${NETWORK##*/}
  wg show "$IFACE" allowed-ips | cut -f 2 | tr ' ' '\n' | grep '/' | sort -u >"$T/old_networks"
  stripped "$conf" >"$T/stripped.conf" 2>>"$T/log" || return 1
  bounded 10 env WG_ENDPOINT_RESOLUTION_RETRIES=1 wg syncconf "$IFACE" "$T/stripped.conf" || return 1
  if [ -z "$NETWORK" ]; then network=$conf; fi
  conf_values "$network" '[Aa]ddress[0-9]*' >"$T/want_addresses"
  sync_addresses "$T/want_addresses" || return 1
  wanted_routes "$conf" "$network" >"$T/want_routes"
  sync_routes "$T/want_routes" || return 1
  mtu=$(mtu_in "$conf")
  # Where the file of before named one and this names none, it is the owner's choice again.
  if [ -z "$mtu" ] && [ -n "$(mtu_in "$TUNNEL")" ]; then mtu=$(usual_mtu); fi
  [ -z "$mtu" ] || bounded 5 ip link set dev "$IFACE" mtu "$mtu"
}
