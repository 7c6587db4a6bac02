# Locks, stages, backs up, arms the undo, and starts the activation. Nothing that was there is touched before the undo is armed.
# Set before it: ID MODE (apply, back or uninstall) SECONDS_TO_UNDO FINGERPRINT WHO ENGINE_SHA256; stage_files is generated.
STANDS_FOR_KEY='^# ((PrivateKey = |private-key=)\((made on|kept in)|(PresharedKey = |preshared-key=)\(kept in) .*\)$'

say() { echo "@ $*"; }
give_up() {
  say failed "$*"
  release
  exit 1
}

busy() {
  say busy "$(owner_field who); since $(owner_field since); its lock ends in $(($(owner_field until) - $(uptime_seconds))) s"
  exit 1
}

take_lock() {
  mkdir -p -- "$RUN" || { say failed "$RUN cannot be made"; exit 1; }
  chmod 700 "$RUN"
  if [ -d "$T" ]; then
    if is_left_over; then recover; else busy; fi
    if [ -d "$T" ]; then say failed "what an earlier session left could not be finished: $(cat "$T/trouble" 2>/dev/null)"; exit 1; fi
    mkdir -p -- "$RUN"
  fi
  mkdir -- "$T" 2>/dev/null || busy
  until=$(($(uptime_seconds) + SECONDS_TO_UNDO + 60))
  printf '%s\n' "id=$ID" "boot=$(boot_id)" "until=$until" "since=$(date)" "who=$WHO" "mode=$MODE" >"$T/owner"
  rm -rf -- "$RUN"/result-* "$RUN"/notes-* "$RUN"/stale-*
  # Until the undo is armed, a client that goes away leaves nothing behind.
  trap 'release; exit 1' HUP INT TERM PIPE
  # What is staged is read like what is in /etc; and any program may append to a file of /tmp's label that it is given.
  { labelled_as /etc "$T" && true >"$T/log" && labelled_as /tmp "$T/log"; } 2>"$T/label.err" ||
    give_up "SELinux is on, and $T cannot be labelled: $(cat "$T/label.err")"
}

# put NAME SHA256: a staged file from stdin, used only if it came whole.
put() {
  cat >"$T/new/$1" || give_up "$T/new/$1 cannot be written"
  if [ "$(digest_of "$T/new/$1")" != "$2" ]; then give_up "the upload of $1 was damaged on the way"; fi
}

# The keys in our present file: "private KEY", and "PUBLICKEY KEY" for each peer that has a preshared one.
keys_here() {
  if [ ! -f "$STATE/$IFACE/applied" ] || [ ! -f "$TUNNEL" ]; then return; fi
  awk '
    function value() { sub(/^[^=]*=[ \t]*/, ""); sub(/[ \t\r#].*/, ""); return $0 ~ /^[A-Za-z0-9+\/]+=$/ ? $0 : "" }
    function flush() { if (public != "" && preshared != "") print public, preshared; public = preshared = "" }
    /^[ \t]*\[/ { flush(); if (sub(/^[ \t]*\[wireguard-peer\./, "")) { sub(/\].*/, ""); public = $0 }; next }
    tolower($0) ~ /^[ \t]*private-?key[ \t]*=/ { key = value(); if (key != "") print "private", key; next }
    tolower($0) ~ /^[ \t]*publickey[ \t]*=/ { public = value(); next }
    tolower($0) ~ /^[ \t]*preshared-?key[ \t]*=/ { preshared = value() }
    END { flush() }' "$TUNNEL"
}

# A line that stands for a key which the sender does not know is replaced by the key that our file has already, a private key that is
# to be made here else by a new one. Keys go through pipes, as a command line is visible.
fill_keys() {
  conf=$T/new/${TUNNEL##*/}
  if [ ! -f "$conf" ] || ! grep -qE "$STANDS_FOR_KEY" "$conf"; then return; fi
  {
    keys_here
    if grep -qE '^# (PrivateKey = |private-key=)\(made on .*\)$' "$conf"; then echo "private $(wg genkey)"; fi
  } | awk '
    reading == "keys" { if (!($1 in key)) key[$1] = $2; next }
    function fill(value) { sub(/^# /, ""); sub(/\(.*/, ""); $0 = $0 value }
    /^\[/ { public = $0; if (sub(/^\[wireguard-peer\./, "", public)) sub(/\].*/, "", public); else public = "" }
    /^PublicKey = / { public = $3 }
    /^# (PrivateKey = |private-key=)\((made on|kept in) .*\)$/ && key["private"] != "" { fill(key["private"]) }
    /^# (PresharedKey = |preshared-key=)\(kept in .*\)$/ && public in key { fill(key[public]) }
    { print }' reading=keys - reading=conf "$conf" >"$conf.filled" || give_up "$conf.filled cannot be written"
  if grep -qE "$STANDS_FOR_KEY" "$conf.filled"; then give_up "a key is missing: wg genkey failed, or $TUNNEL has lost it"; fi
  mv -- "$conf.filled" "$conf"
}

# is_read_only DIRECTORY: by how it is mounted, as busybox's test says to root that anything can be written to.
is_read_only() {
  mounted_on=$(df -Pk "$1" | awk 'NR == 2 { print $6 }')
  awk -v place="$mounted_on" '$2 == place { options = "," $4 "," } END { exit options !~ /,ro,/ }' /proc/mounts
}

# Lock-out 28: a full disk or a read-only one is found before anything is touched.
check_room() {
  needed=$(($(du -sk "$T/new" | cut -f 1) * 6 + 64))
  checked=
  for file in $(our_files) "$STATE/x"; do
    directory=${file%/*}
    while [ ! -e "${directory:-/}" ]; do directory=${directory%/*}; done
    case " $checked " in *" $directory "*) continue ;; esac
    checked="$checked $directory"
    if [ ! -w "$directory" ] || is_read_only "$directory"; then give_up "$directory cannot be written to: a read-only file system?"; fi
    left=$(df -Pk "$directory" | awk 'NR == 2 { print $4 }')
    [ "$left" -ge "$needed" ] || give_up "$directory has only $left KiB left, $needed KiB are needed"
  done
  while read -r file kind mode owner links sum; do
    if [ "$kind" = other ]; then give_up "$file is not a regular file"; fi
    if [ "$kind" = file ] && [ "$links" != 1 ]; then give_up "$file has several hard links"; fi
  done <<END
$(states_of $(our_files))
END
}

# save_files DIRECTORY: our files as they stand: bytes, mode, owner, or "absent".
save_files() {
  mkdir -- "$1" && states_of $(our_files) | awk '{ print $2, $3, $4, $5, $6, $1 }' >"$1/index" || give_up "the backup cannot be written"
  while read -r kind mode owner links sum file; do
    if [ "$kind" = file ]; then cp -p -- "$file" "$1/" || give_up "$file cannot be backed up"; fi
  done <"$1/index"
}

# What the first apply finds is kept for uninstall, with the directories that were not there, and forwarding.
save_baseline() {
  save_files "$T/baseline"
  if selinux_is_on; then labels_of $(our_files) >"$T/baseline/labels"; fi
  for file in $(our_files); do
    directory=${file%/*}
    if [ ! -d "$directory" ]; then echo "$directory" >>"$T/baseline/directories"; fi
  done
  if [ ! -d "$STATE" ]; then echo "$STATE" >>"$T/baseline/directories"; fi
  own_baseline_sysctls >"$T/baseline/sysctls"
}

# What every later one finds is kept for one step back, with what was known of it.
save_before() {
  save_files "$T/before"
  forwarding_sysctls >"$T/before/sysctls"
  mkdir -- "$T/before/record" || give_up "the backup cannot be written"
  for known in applied about table ruleset kept; do
    if [ -e "$STATE/$IFACE/$known" ]; then cp -Rp -- "$STATE/$IFACE/$known" "$T/before/record/" || give_up "the backup cannot be written"; fi
  done
}

# What is to be known of this change: whose site it is, and each file as we write it, for whoever asks later what differs.
make_record() {
  if [ "$MODE" = uninstall ]; then return; fi
  if [ "$MODE" = back ]; then record_of_before; return; fi
  mkdir -- "$T/record" "$T/record/kept" || give_up "$T/record cannot be made"
  while read -r mode owner path; do
    name=${path##*/}
    echo "$(digest_of "$T/new/$name") $path" >>"$T/record/applied"
    copy=$T/record/kept/$name
    { cp -- "$T/new/$name" "$copy" && chown "$owner" "$copy" && chmod "$mode" "$copy"; } || give_up "$T/record cannot be written"
  done <"$T/manifest"
  if [ -d "$STATE/$IFACE/baseline" ]; then before=$ID; else before=baseline; fi
  { cat "$T/about" && printf '%s\n' "who=$WHO" "at=$(date +%s)" "before=$before"; } >"$T/record/about" || give_up "$T/record cannot be written"
}

# One step back: the files as they stood before the last apply, and what was known of them. save_before made them.
stage_before() {
  saved=$STATE/$IFACE/before-$1
  while read -r kind mode owner links sum path; do
    name=${path##*/}
    if [ "$kind" = file ]; then
      cp -- "$saved/$name" "$T/new/$name" || give_up "$saved/$name cannot be read"
      if [ "$(digest_of "$T/new/$name")" != "$sum" ]; then give_up "$saved/$name is damaged"; fi
      echo "$mode $owner $path" >>"$T/manifest"
    elif grep -qF " $path" "$STATE/$IFACE/applied"; then echo "$path" >>"$T/removed"; fi
  done <"$saved/index" || give_up "what stood before the last apply is not there any more"
  cp -- "$saved/sysctls" "$T/before_sysctls" && cp -Rp -- "$saved/record" "$T/record" || give_up "$saved cannot be read"
}
record_of_before() {
  { grep -vE '^(before|back_who|back_at)=' "$T/record/about"; printf '%s\n' "back_who=$WHO" "back_at=$(date +%s)" "before=$ID"; } >"$T/about"
  mkdir -p -- "$T/record/kept" && mv -- "$T/about" "$T/record/about" || give_up "$T/record cannot be written"
}

back_up() {
  mkdir -- "$T/old" || give_up "the backup cannot be written"
  own_table >"$T/old/table" || rm -f -- "$T/old/table"
  forwarding_sysctls >"$T/old/sysctls"
  routes6 | grep '^default .*proto ra' >"$T/old/ra_routes"
  if unit_runs "$RULES_UNIT"; then true >"$T/old/rules_active"; fi
  if wg show "$IFACE" >/dev/null 2>&1; then
    # Endpoints as addresses: the way back asks no name server (lock-out 30).
    wg showconf "$IFACE" >"$T/old/wireguard.conf" || give_up "the running tunnel cannot be backed up"
    ip -o addr show dev "$IFACE" | awk '$3 ~ /^inet/ && $0 !~ /scope link/ { print $4 }' >"$T/old/addresses"
    { ip -o -4 route show dev "$IFACE"; ip -o -6 route show dev "$IFACE"; } | grep -v 'proto kernel' | awk '{ print $1 }' >"$T/old/routes"
    ip -o link show dev "$IFACE" | sed 's/.* mtu \([0-9]*\).*/\1/' >"$T/old/mtu"
    interface_is_on || true >"$T/old/off"
  fi
  if [ ! -d "$STATE/$IFACE/baseline" ]; then save_baseline; else save_before; fi
  true >"$T/old/COMPLETE" || give_up "the backup cannot be written"
}

arm() {
  arm_undo || give_up "the undo cannot be armed: $(cat "$T/arm.err" 2>/dev/null)"
  undo_is_armed || give_up "the undo's timer does not run"
  printf '%s\n' "undo_at=$(($(uptime_seconds) + SECONDS_TO_UNDO))" "until=$(($(uptime_seconds) + SECONDS_TO_UNDO + 10))" >>"$T/owner"
  # Not '': what we start would never hear a signal that is ignored here. A host that goes down does not wait for us.
  trap : HUP INT PIPE
  trap 'exit 1' TERM
  true >"$T/pending"
}

# By itself, so that the end of this connection is not the end of it half way.
activate() {
  echo $$ >"$T/waited_for"
  if ! by_itself activate; then
    echo "the activation could not be started: $(cat "$T/run.err" 2>/dev/null)" >"$T/reason"
    sh "$T/engine.sh" rollback
  fi
  while [ -d "$T" ] && [ ! -e "$RUN/result-$ID" ]; do
    if [ -e "$T/activated" ]; then
      say done activate
      rm -f -- "$T/waited_for"
      return
    fi
    nap
  done
  await_end_of activate
  await_end_of rollback
  say undone "$(take_result)"
  exit 1
}

main() {
  alone take_lock
  read_network
  read_ours
  if [ "$(fingerprint)" != "$FINGERPRINT" ]; then say changed; release; exit 1; fi
  mkdir -- "$T/new" || give_up "$T/new cannot be made"
  # A shell may keep the text of a here-document in a file of its own: bash does, and in /tmp.
  TMPDIR=$T
  stage_files
  if [ "$(digest_of "$T/engine.sh")" != "$ENGINE_SHA256" ]; then give_up "the upload was damaged on the way"; fi
  fill_keys
  check_room
  make_record
  say done stage
  back_up
  say done backup
  arm
  say done arm
  activate
}
