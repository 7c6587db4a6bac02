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
  for address in $(comm -13 "$T/have" "$T/want"); do bounded 5 ip "$(family_of "$address")" address add "$address" dev "$IFACE" || return 1; done
  for address in $(comm -23 "$T/have" "$T/want"); do bounded 5 ip "$(family_of "$address")" address del "$address" dev "$IFACE" || return 1; done
}
sync_routes() {
  sort -u "$1" >"$T/want"
  current_routes >"$T/have"
  for route in $(comm -23 "$T/have" "$T/want"); do bounded 5 ip "$(family_of "$route")" route del "$route" dev "$IFACE" || return 1; done
  for route in $(comm -13 "$T/have" "$T/want"); do bounded 5 ip "$(family_of "$route")" route add "$route" dev "$IFACE" || return 1; done
}

# The routes that the interface has, without those of AllowedIPs that go, and with those that come and that nothing covers, as
# wg-quick makes them. old_networks holds the AllowedIPs of before. systemd-networkd has exactly those of its file.
wanted_routes() {
  if [ -n "$NETWORK" ]; then
    conf_values "$2" Destination | sed 's#/32$##; s#/128$##'
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
  if [ "$OWNER" = wg-quick ]; then wg-quick strip "$1"; return; fi
  awk '/^\[/ { skip = $0 == "[NetDev]"; sub(/WireGuardPeer/, "Peer"); sub(/WireGuard/, "Interface") } !skip' "$1"
}

# A running tunnel keeps its interface and its sessions.
update_tunnel() {
  conf=$T/new/${TUNNEL##*/} network=$T/new/${NETWORK##*/}
  wg show "$IFACE" allowed-ips | cut -f 2 | tr ' ' '\n' | grep '/' | sort -u >"$T/old_networks"
  stripped "$conf" >"$T/stripped.conf" 2>>"$T/log" || return 1
  bounded 10 env WG_ENDPOINT_RESOLUTION_RETRIES=1 wg syncconf "$IFACE" "$T/stripped.conf" || return 1
  if [ -z "$NETWORK" ]; then network=$conf; fi
  conf_values "$network" Address >"$T/want_addresses"
  sync_addresses "$T/want_addresses" || return 1
  wanted_routes "$conf" "$network" >"$T/want_routes"
  sync_routes "$T/want_routes" || return 1
  mtu=$(conf_values "$conf" "MTU\(Bytes\)*")
  [ -z "$mtu" ] || bounded 5 ip link set dev "$IFACE" mtu "$mtu"
}
