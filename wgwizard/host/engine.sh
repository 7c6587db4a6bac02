# Runs on Host β by itself: activate, rollback, persist, and the wait for the deadline where no timer of systemd's does that.
# Works from $T; writes under /etc only in persist.
# Set before it: ID MODE.

# Whether a script still waits for the end of it; it may have been killed with its session.
is_waited_for() { waiter=$(cat "$T/waited_for" 2>/dev/null) && [ -n "$waiter" ] && kill -0 "$waiter" 2>/dev/null; }
# The end of it, for who waits for it; without one nothing is left behind.
report() {
  if ! is_waited_for; then return; fi
  printf '%s\n' "$1" >"$RUN/.result-$ID" && mv -- "$RUN/.result-$ID" "$RUN/result-$ID"
}
trouble() { echo "$*" >"$T/trouble"; }

# bounded SECONDS COMMAND…: the command's status, or 124 when it had to be killed.
bounded() {
  limit=$1
  shift
  "$@" </dev/null >>"$T/log" 2>&1 8>&- &
  command=$!
  if [ "${ACTIVATING:-no}" = yes ]; then echo "$command $(begun_at "$command")" >"$T/activate.child"; fi
  # The guard sleeps by seconds, so that nothing of it outlives us for longer, whatever kills us; systemd keeps a unit till then.
  (
    trap 'kill "$sleeping"; exit' TERM
    while [ "$limit" -gt 0 ]; do
      sleep 1 &
      sleeping=$!
      wait "$sleeping"
      kill -0 "$command" || exit 0
      limit=$((limit - 1))
    done
    kill -9 "$command"
  ) >/dev/null 2>&1 8>&- &
  guard=$!
  wait "$command"
  status=$?
  kill "$guard" 2>/dev/null
  wait "$guard" 2>/dev/null
  if [ $status -eq 137 ]; then
    status=124
    echo "$1 had not ended after $limit s" >>"$T/log"
  fi
  return $status
}

# The end of the log without keys: wg repeats a malformed one in its error.
log_tail() { tail -n 3 "$T/log" 2>/dev/null | sed 's#[A-Za-z0-9+/]\{42,43\}=*#(key)#g' | tr '\n' ' '; }
# One unit rolls back, so that it runs once whoever asks for it: the deadline, a failed step, or the client.
fail() {
  printf '%s\n' "$1: $(log_tail)" >"$T/reason"
  undo_now 2>>"$T/log" || rollback
  exit 1
}
still_wanted() { [ -e "$T/pending" ] || exit 1; }
interface_exists() { [ -e "/sys/class/net/$IFACE" ]; }

load_rules() {
  bounded 20 nft -c -f "$T/new/$IFACE.nft" || fail "nft refuses the rules"
  still_wanted
  bounded 20 nft -f "$T/new/$IFACE.nft" || fail "the rules could not be loaded"
}

activate() {
  still_wanted
  if [ "$MODE" = uninstall ]; then
    restore_sysctls "$FORWARDING" "$STATE/$IFACE/baseline/sysctls"
    still_wanted
    stop_tunnel || fail "the tunnel could not be stopped"
    still_wanted
    if own_table >/dev/null; then bounded 20 nft delete table inet "$TABLE" || fail "the rules could not be removed"; fi
  else
    load_rules
    still_wanted
    if interface_is_on; then update_tunnel || fail "the running tunnel could not be changed"
    else
      # One that somebody switched off, or that its owner made anew, lacks what its unit adds to it.
      if interface_exists || unit_runs "$TUNNEL_UNIT"; then stop_tunnel || fail "the tunnel that is switched off could not be taken away"; fi
      start_tunnel || fail "the tunnel could not be started"
    fi
    still_wanted
    if [ "$MODE" = back ]; then restore_sysctls "$FORWARDING" "$T/before_sysctls"; fi
    if [ -f "$T/new/${FORWARDING##*/}" ]; then
      load_sysctls "$T/new/${FORWARDING##*/}" || fail "forwarding could not be set"
    fi
    own_table >"$T/ruleset"
    digest_of "$T/ruleset" >"$T/table"
  fi
  true >"$T/activated"
}

restore_tunnel() {
  if [ ! -e "$T/old/wireguard.conf" ]; then
    stop_tunnel
    drop_in_away
    forget_failure
    return 0
  fi
  drop_in_away
  if ! interface_exists; then
    forget_failure
    start_old_tunnel
  fi
  reconnect_at_other_addresses "$T/old/addresses"
  bounded 10 wg syncconf "$IFACE" "$T/old/wireguard.conf"
  sync_addresses "$T/old/addresses"
  sync_routes "$T/old/routes"
  bounded 5 ip link set dev "$IFACE" mtu "$(cat "$T/old/mtu")"
  if [ -e "$T/old/off" ]; then bounded 5 ip link set dev "$IFACE" down; fi
}

restore_table() {
  if [ ! -e "$T/old/table" ]; then
    if own_table >/dev/null; then bounded 20 nft delete table inet "$TABLE"; fi
    return
  fi
  { echo "table inet $TABLE"; echo "delete table inet $TABLE"; cat "$T/old/table"; } >"$T/old/load.nft"
  labelled_as "$T/old" "$T/old/load.nft"
  bounded 20 nft -f "$T/old/load.nft"
  if [ -e "$T/old/rules_active" ]; then start_unit "$RULES_UNIT"; fi
}

# Back to what was there. The rename decides against a confirmation; every step may be repeated after a crash.
rollback() {
  if ! mv -- "$T/pending" "$T/rolling" 2>/dev/null && [ ! -e "$T/rolling" ]; then return 1; fi
  ROLLING=yes
  if [ "${ACTIVATING:-no}" = no ]; then
    stop_activation
    await_its_child
  fi
  switched=$T/new/${FORWARDING##*/}
  if [ "$MODE" = uninstall ]; then
    switched=$FORWARDING
    restore_table
  fi
  restore_sysctls "$switched" "$T/old/sysctls"
  if [ "$MODE" = back ]; then restore_sysctls "$FORWARDING" "$T/old/sysctls"; fi
  restore_tunnel
  if [ "$MODE" != uninstall ]; then restore_table; fi
  restore_ra_routes
  report "$(cat "$T/reason" 2>/dev/null || echo "nobody confirmed in time")"
  release
  disarm_undo
  return 0
}

# What a unit writes below /etc has another label by itself than what an admin writes there.
give_label() { # TEMPORARY FILE [LABEL]
  if [ -n "$3" ]; then chcon -- "$3" "$1"; else labelled_as "${2%/*}" "$1"; fi
}

# place FILE MODE OWNER SOURCE [LABEL]: the file is there whole or not at all, also after a power cut; without a label with its directory's.
place() {
  directory=${1%/*}
  if [ ! -d "$directory" ]; then mkdir -p -- "$directory" && chmod 755 "$directory" || return 1; fi
  temporary=$directory/.wgwizard-$ID
  cp -p -- "$4" "$temporary" && chown "$3" "$temporary" && chmod "$2" "$temporary" && give_label "$temporary" "$1" "${5:-}" &&
    flush "$temporary" && mv -f -- "$temporary" "$1" && flush "$directory" && return 0
  rm -f -- "$temporary"
  return 1
}
# What a power cut left of files that were being put in place.
sweep() {
  for file in $(our_files); do
    for left in "${file%/*}"/.wgwizard-????????????; do
      if [ -f "$left" ]; then rm -f -- "$left"; fi
    done
  done
}
flush() { sync "$1" 2>/dev/null || sync; }
place_new() { # MODE OWNER PATH
  cmp -s "$T/new/${3##*/}" "$3" && [ "$(mode_of "$3")" = "$1 $2" ] && return 0
  place "$3" "$1" "$2" "$T/new/${3##*/}"
}

is_as_applied() { grep -qFx "$(digest_of "$1") $1" "$STATE/$IFACE/applied"; }

# back_to_baseline FILE: as it was before our first apply; a file that was edited since is kept.
back_to_baseline() {
  saved=$STATE/$IFACE/baseline
  if [ -f "$1" ]; then
    is_as_applied "$1" || { echo "$1 was edited since; it is left as it is" >>"$T/notes"; return 0; }
  fi
  read -r kind mode owner links sum <<END
$(awk -v path="$1" '$6 == path { print $1, $2, $3, $4, $5 }' "$saved/index")
END
  if [ "$kind" != file ]; then rm -f -- "$1"; return; fi
  label=$(awk -v path="$1" '$2 == path { print $1 }' "$saved/labels" 2>/dev/null)
  selinux_is_on || label=
  place "$1" "$mode" "$owner" "$saved/${1##*/}" "$label"
}

keep_baseline() {
  if [ -d "$STATE/$IFACE/baseline" ]; then return 0; fi
  mkdir -p -- "$STATE/$IFACE" && rm -rf -- "$STATE/$IFACE/baseline.part" && cp -Rp -- "$T/baseline" "$STATE/$IFACE/baseline.part" &&
    flush "$STATE/$IFACE" && mv -- "$STATE/$IFACE/baseline.part" "$STATE/$IFACE/baseline"
}

# keep_before: what a step back needs, whole or not there.
keep_before() {
  if [ ! -d "$T/before" ] || [ -d "$STATE/$IFACE/before-$ID" ]; then return 0; fi
  rm -rf -- "$STATE/$IFACE/before.part" && cp -Rp -- "$T/before" "$STATE/$IFACE/before.part" && flush "$STATE/$IFACE" &&
    mv -- "$STATE/$IFACE/before.part" "$STATE/$IFACE/before-$ID"
}

# While files are being replaced both the old and the new ones count as ours.
record_meanwhile() {
  cat "$STATE/$IFACE/applied" "$T/record/applied" 2>/dev/null >"$T/applied_meanwhile"
  place "$STATE/$IFACE/applied" 0600 0:0 "$T/applied_meanwhile"
}

# What is known of this change takes the place of what was known of the last one.
keep_record() {
  for copy in "$T/record/kept"/*; do
    mode=$(mode_of "$copy")
    place "$STATE/$IFACE/kept/${copy##*/}" "${mode% *}" "${mode#* }" "$copy" || return 1
  done
  for copy in "$STATE/$IFACE/kept"/*; do
    if [ ! -e "$T/record/kept/${copy##*/}" ]; then rm -f -- "$copy"; fi
  done
  place "$STATE/$IFACE/ruleset" 0600 0:0 "$T/ruleset" && place "$STATE/$IFACE/table" 0600 0:0 "$T/table" &&
    place "$STATE/$IFACE/about" 0600 0:0 "$T/record/about" && place "$STATE/$IFACE/applied" 0600 0:0 "$T/record/applied" || return 1
  for older in "$STATE/$IFACE"/before-*; do
    if [ "$older" != "$STATE/$IFACE/before-$ID" ]; then rm -rf -- "$older"; fi
  done
}

# Other firewalls are told once the change is confirmed. What of that fails is said, and found by the look at the host that follows.
tell_others() { # VERB
  if [ -f "$OPENINGS" ]; then bounded 60 sh "$OPENINGS" "$1" || echo "another firewall: $(log_tail)" >>"$T/notes"; fi
}

persist_files() {
  sweep
  keep_baseline && keep_before && record_meanwhile || return 1
  if ! cmp -s "$OPENINGS" "$T/new/${OPENINGS##*/}"; then tell_others close; fi
  told_by=${NETWORK:-$TUNNEL}
  if ! cmp -s "$told_by" "$T/new/${told_by##*/}"; then true >"$T/owner_needs_telling"; fi
  while read -r mode owner path; do
    place_new "$mode" "$owner" "$path" || return 1
    if [ "$path" = "$TUNNEL" ]; then enable_units || return 1; fi
  done <"$T/manifest"
  while read -r path; do back_to_baseline "$path" || return 1; done <"$T/removed"
  follow_service || return 1
  tell_others open
  keep_record || return 1
  drop_in_away
  if [ -e "$T/owner_needs_telling" ]; then tell_owner; fi
  start_unit "$RULES_UNIT" && start_unit "$TUNNEL_UNIT"
}

# A tunnel of ours that stays takes over what the first one found, for the last one to put back: the directories that we made, and
# the lower values of what we switched (we only ever raise them). Not IPv4's where ip_forward differs: somebody switched them all
# in between.
hand_on() {
  own=$STATE/$IFACE/baseline
  sysctls_of "$FORWARDING" >"$T/keys"
  for other in "$STATE"/*/baseline; do
    if [ ! -d "$other" ] || [ "$other" = "$own" ]; then continue; fi
    cat "$own/directories" "$other/directories" 2>/dev/null | grep -vFx "${DROP_IN%/*}" | sort -ru >"$T/directories"
    place "$other/directories" 0600 0:0 "$T/directories" || return 1
    awk '
      function path() { return substr($0, 1, length($0) - length($NF) - 1) }
      function forward4(values) { return values["/proc/sys/net/ipv4/ip_forward"] }
      reading == "keys" { ours["/proc/sys/" $1] = 1; if ($1 == "net/ipv6/conf/all/forwarding") every6 = 1; next }
      reading == "own" { before[path()] = $NF; next }
      { there = path(); since[there] = $NF }
      there in before && before[there] + 0 < $NF + 0 {
        if (there ~ /ipv4/ && there in ours && forward4(before) == forward4(since)) $0 = there ":" before[there]
        if (there ~ /ipv6/ && (there in ours || (every6 && there ~ /\/forwarding$/))) $0 = there ":" before[there]
      }
      { print }' reading=keys "$T/keys" FS=: reading=own "$own/sysctls" reading=other "$other/sysctls" >"$T/sysctls" &&
      place "$other/sysctls" 0600 0:0 "$T/sysctls" || return 1
  done
}

persist_uninstall() {
  sweep
  if [ ! -d "$STATE/$IFACE/baseline" ]; then return 0; fi
  disable_units || return 1
  stop_service
  tell_others close
  hand_on || return 1
  if [ -f "$TUNNEL" ] && is_as_applied "$TUNNEL"; then forget_profile; fi
  for file in "$SYSCTLS" ${NETWORK:+"$NETWORK"} "$TUNNEL" "$SWITCHES" "$SERVICE_FILE" "$START" "$DROP_IN" "$RULES_UNIT_FILE" "$OPENINGS" "$RULES"; do
    back_to_baseline "$file" || return 1
  done
  follow_service || return 1
  cp -- "$STATE/$IFACE/baseline/directories" "$T/directories" 2>/dev/null
  rm -rf -- "${STATE:?}/$IFACE" || return 1
  if [ -f "$T/directories" ]; then
    while read -r directory; do rmdir -- "$directory" 2>/dev/null; done <"$T/directories"
  fi
  tell_owner
  reload_units
}

# After the confirmation there is only forward. A second call finishes what the first left.
persist() {
  if [ ! -e "$T/confirmed" ]; then return 1; fi
  disarm_undo
  rm -f -- "$T/trouble"
  case $MODE in uninstall) work=persist_uninstall ;; *) work=persist_files ;; esac
  if ! $work 2>>"$T/log"; then
    trouble "$(log_tail)"
    return 1
  fi
  if is_waited_for; then cp -- "$T/notes" "$RUN/notes-$ID" 2>/dev/null; fi
  report persisted
  release
}

main() {
  is_mine || exit 1
  alone_at "$1"
  case $1 in
    undo) wait_for_deadline "$2" ;;
    activate) ACTIVATING=yes; activate ;;
    rollback) rollback ;;
    persist) persist ;;
  esac
}
