# The tunnel on Host β, started and stopped by its unit, else by wg-quick alone; and what is done at boot. For engine.sh.
DROPPED=/run/systemd/system/$TUNNEL_UNIT.d/wgwizard-staged.conf
# The same for the others: a unit of ours, and files that systemd-networkd or NetworkManager reads before those in /etc.
STAGED_UNIT=/run/systemd/system/$TUNNEL_UNIT
STAGED_NETWORK=/run/systemd/network/49-wgwizard-$IFACE
STAGED_PROFILE=/run/NetworkManager/system-connections/wgwizard-$IFACE.nmconnection

reload_units() { if on_systemd; then bounded 10 systemctl daemon-reload; fi; }
forget_failure() { if on_systemd; then bounded 5 systemctl reset-failed "$TUNNEL_UNIT"; fi; }
start_unit() { ! on_systemd || unit_runs "$1" || bounded 30 systemctl start "$1"; }
enable_units() { ! on_systemd || bounded 20 systemctl enable "$RULES_UNIT" "$TUNNEL_UNIT"; }
disable_units() {
  on_systemd || return 0
  for unit in "$TUNNEL_UNIT" "$RULES_UNIT"; do
    if systemctl is-enabled -q "$unit" 2>/dev/null; then bounded 20 systemctl disable "$unit" || return 1; fi
  done
  bounded 20 systemctl stop "$RULES_UNIT"
  return 0
}

# OpenRC starts our service at boot where its script stands, and knows nothing of it where it does not.
follow_service() {
  on_openrc || return 0
  if [ -f "$SERVICE_FILE" ]; then
    in_runlevel || bounded 20 rc-update -q add "$SERVICE" default || return 1
    # The tunnel runs already; so OpenRC knows it, too.
    bounded 40 rc-service -q "$SERVICE" start || echo "OpenRC does not know that $SERVICE runs: $(log_tail)" >>"$T/notes"
    return 0
  fi
  if in_runlevel; then bounded 20 rc-update -q -a del "$SERVICE"; fi
  ! in_runlevel
}

stop_service() { if on_openrc && [ -f "$SERVICE_FILE" ]; then bounded 20 rc-service -q "$SERVICE" stop; fi; }

# systemd-networkd makes what its files say of an interface that is not there; one that is there keeps its keys and peers. NetworkManager
# takes note of its profile, or that it is gone, and leaves the interface as it is. It is never told to reapply one: where peers differ
# that loses all preshared keys (1.42.4).
tell_owner() {
  case $OWNER in
    systemd-networkd) bounded 20 networkctl reload ;;
    NetworkManager) bounded 20 nmcli connection load "$TUNNEL" "$STAGED_PROFILE" ;;
  esac
}

start_by_networkd() {
  mkdir -p -- "${STAGED_NETWORK%/*}" && chmod 755 "${STAGED_NETWORK%/*}" || return 1
  while read -r mode owner path; do
    case $path in "$TUNNEL" | "$NETWORK") ;; *) continue ;; esac
    staged=$STAGED_NETWORK.${path##*.}
    cp -- "$T/new/${path##*/}" "$staged" && chown "$owner" "$staged" && chmod "$mode" "$staged" || return 1
  done <"$T/manifest"
  stage_unit && tell_owner && start_by_unit
}

start_by_network_manager() {
  mkdir -p -- "${STAGED_PROFILE%/*}" && cp -- "$T/new/${TUNNEL##*/}" "$STAGED_PROFILE" && chmod 600 "$STAGED_PROFILE" || return 1
  stage_unit && tell_owner && start_by_unit
}

stage_unit() {
  mkdir -p -- "${DROPPED%/*}" && chmod 755 "${DROPPED%/*}" || return 1
  # The rules are loaded, by no unit yet. Where an older unit of the tunnel stands in /etc, its commands are those of the new one.
  grep -v '^Requires=' "$T/new/${DROP_IN##*/}" >"$STAGED_UNIT" && chmod 644 "$STAGED_UNIT" || return 1
  { printf '%s\n' '[Service]' 'ExecStart=' 'ExecStartPost='; grep '^ExecStart' "$STAGED_UNIT"; } >"$DROPPED" && chmod 644 "$DROPPED"
}

# A new tunnel is started from the staged file, for /etc is still as it was (lock-out 27); by its own unit where it has one, so that it outlives us.
start_tunnel() {
  case $OWNER in
    systemd-networkd) start_by_networkd; return ;;
    NetworkManager) start_by_network_manager; return ;;
  esac
  if ! on_systemd; then
    bounded 25 env WG_ENDPOINT_RESOLUTION_RETRIES=1 sh "$T/new/${START##*/}" "$T/new/$IFACE.conf" && interface_exists
    return
  fi
  quick=$(command -v wg-quick)
  mkdir -p -- "${DROPPED%/*}" && chmod 755 "${DROPPED%/*}"
  {
    printf '%s\n' '[Service]' 'ExecStart=' "ExecStart=$quick up $T/new/$IFACE.conf" 'ExecStop=' "ExecStop=$quick down $T/new/$IFACE.conf"
    printf '%s\n' 'Environment=WG_ENDPOINT_RESOLUTION_RETRIES=1' 'TimeoutStartSec=20' 'TimeoutStopSec=10'
    if [ -f "$T/new/wgwizard.conf" ]; then grep '^ExecStartPost=' "$T/new/wgwizard.conf"; fi
  } >"$DROPPED"
  chmod 644 "$DROPPED"
  start_by_unit
}

start_by_unit() {
  bounded 10 systemctl daemon-reload || return 1
  if ! bounded 25 systemctl start "$TUNNEL_UNIT"; then
    journalctl -q -o cat -n 5 -u "$TUNNEL_UNIT" >>"$T/log" 2>/dev/null
    return 1
  fi
  interface_exists
}

# The tunnel of before, whose files still stand, where a change has taken it down.
start_old_tunnel() {
  tell_owner
  if on_systemd; then bounded 30 systemctl restart "$TUNNEL_UNIT"
  else bounded 30 env WG_ENDPOINT_RESOLUTION_RETRIES=1 sh "$START" "$TUNNEL"; fi
}

stop_tunnel() {
  if on_systemd; then bounded 15 systemctl stop "$TUNNEL_UNIT"; fi
  if interface_exists; then bounded 5 ip link del "$IFACE"; fi
  ! interface_exists
}

is_staged() {
  for file in "$STAGED_UNIT" "$STAGED_PROFILE" "$STAGED_NETWORK.netdev" "$STAGED_NETWORK.network"; do
    if [ -e "$file" ]; then return 0; fi
  done
  return 1
}
drop_in_away() {
  on_systemd || return 0
  rm -f -- "$DROPPED"
  rmdir -- "${DROPPED%/*}" 2>/dev/null
  if [ "$OWNER" != wg-quick ] && is_staged; then
    if [ "$OWNER" = systemd-networkd ]; then
      rm -f -- "$STAGED_NETWORK.netdev" "$STAGED_NETWORK.network"
      rmdir -- "${STAGED_NETWORK%/*}" 2>/dev/null
    else
      if [ ! -e "$STATE/$IFACE/applied" ]; then forget_profile; fi
      rm -f -- "$STAGED_PROFILE"
    fi
    tell_owner
    # Last, as by it a second call finds what one that was killed has left.
    rm -f -- "$STAGED_UNIT"
  fi
  bounded 10 systemctl daemon-reload
}

# What NetworkManager notes of a profile elsewhere (when it was last used) goes only where NetworkManager itself deletes it.
forget_profile() { [ "$OWNER" != NetworkManager ] || bounded 20 nmcli connection delete uuid "$PROFILE"; }
