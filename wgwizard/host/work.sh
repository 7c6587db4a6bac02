# Who works on Host β when nobody is connected: transient units of systemd, else processes of their own. For every script.
# The works: activate, rollback, persist, and undo, which waits for the deadline where systemd has no timer for it.

on_systemd() { [ -d /run/systemd/system ]; }
# Where no systemd starts the rules before the network, nothing that is read at boot may switch forwarding on.
if on_systemd; then FORWARDING=$SYSCTLS; else FORWARDING=$SWITCHES; fi
on_openrc() { [ -d /run/openrc ] && have rc-update; }
unit_runs() { on_systemd && systemctl is-active -q "$1"; }

# Whether OpenRC starts our service at boot: a link in one of its runlevels says so.
in_runlevel() {
  for link in /etc/runlevels/*/"$SERVICE"; do if [ -L "$link" ]; then return 0; fi; done
  return 1
}

# Lines "UNIT ENABLED ACTIVE", with "-" for what systemd does not know; one call, as each costs 10 ms.
unit_states() {
  if on_openrc && in_runlevel; then echo "$SERVICE enabled -"; fi
  on_systemd || return 0
  systemctl show -p Id -p UnitFileState -p ActiveState "$RULES_UNIT" "$TUNNEL_UNIT" 2>/dev/null | awk -F = '
    function flush() { if (unit != "") print unit, (enabled == "" ? "-" : enabled), (active == "" ? "-" : active); unit = enabled = active = "" }
    $1 == "Id" { unit = $2 }
    $1 == "UnitFileState" { enabled = $2 }
    $1 == "ActiveState" { active = $2 }
    $0 == "" { flush() }
    END { flush() }'
}

# by_itself WORK [SECONDS]: begun so that it goes on whatever becomes of this connection, and seen to run.
by_itself() {
  if on_systemd; then
    systemd-run --quiet --collect --unit="wgwizard-$1-$ID" --property=KillMode=process sh "$T/engine.sh" "$1" </dev/null 2>"$T/run.err"
    return
  fi
  detach "$@"
  tries=50
  until works "$1" "$ID"; do
    # A short work may have come to its end already.
    if [ -e "$T/$1.begun" ] || [ ! -d "$T" ]; then return 0; fi
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    nap
  done
}

# A process of a session of its own, none of whose files is ours: the end of the login is not its end.
detach() {
  rm -f -- "$T/$1.begun"
  shell=$(command -v sh)
  if have start-stop-daemon && start-stop-daemon -S -q -b -p "$T/none" -a "$shell" -- "$T/engine.sh" "$@" </dev/null >/dev/null 2>&1 8>&- 9<&-
  then return; fi
  if have setsid; then setsid "$shell" "$T/engine.sh" "$@" </dev/null >/dev/null 2>&1 8>&- 9<&- &
  else (trap '' HUP INT; exec "$shell" "$T/engine.sh" "$@") </dev/null >/dev/null 2>&1 8>&- 9<&- &
  fi
}

# works WORK ID: whether it is being done. A process holds a lock as long as it lives, so that no number of another one misleads.
works() {
  if on_systemd; then systemctl is-active -q "wgwizard-$1-$2.service"
  # Opened to be read, as it must not come into being here.
  else
    held=$({ flock -n 7 || echo yes; } 2>/dev/null 7<"$T/$1.lock") 2>/dev/null
    [ "$held" = yes ]
  fi
}

# Whether the change that is under way is this one.
is_mine() { [ "$(owner_field id)" = "$ID" ]; }

# In the engine: that lock. Whoever comes second to a work waits for the first, and then finds it done.
alone_at() {
  if on_systemd; then return; fi
  exec 8>"$T/$1.lock" || exit 1
  flock 8 && is_mine || exit 1
  echo $$ >"$T/$1.begun"
}

arm_undo() {
  if ! on_systemd; then by_itself undo "$(($(uptime_seconds) + SECONDS_TO_UNDO))"; return; fi
  systemd-run --quiet --collect --unit="wgwizard-rollback-$ID" --on-active="$SECONDS_TO_UNDO" --timer-property=AccuracySec=1s \
    --property=KillMode=process sh "$T/engine.sh" rollback </dev/null 2>"$T/arm.err"
}
undo_is_armed() {
  if on_systemd; then systemctl is-active -q "wgwizard-rollback-$ID.timer"; else works undo "$ID"; fi
}
# A process that waits for the deadline ends by itself once it is confirmed or undone.
disarm_undo() { if on_systemd; then systemctl stop "wgwizard-rollback-$ID.timer" 2>/dev/null; fi; }
wait_for_deadline() {
  until=$1
  while [ "$(uptime_seconds)" -lt "$until" ]; do
    if ! is_mine || [ -e "$T/confirmed" ]; then exit 0; fi
    sleep 1 8>&-
  done
  exec sh "$T/engine.sh" rollback
}

# One undoes, whoever asks for it: the deadline, a failed step, or the client.
undo_now() {
  if on_systemd; then systemctl start "wgwizard-rollback-$ID.service"; else by_itself rollback; fi
}
# The work alone: what it has started ends by its limit, and a tunnel's daemon must live on.
stop_activation() {
  if on_systemd; then bounded 10 systemctl stop "wgwizard-activate-$ID.service"
  elif works activate "$ID"; then kill -9 "$(cat "$T/activate.begun")"; fi
}

# When a process began, by the kernel's clock, so that no number of another one misleads; nothing for one that has ended (proc(5)).
begun_at() { sed -n 's/^.*) [^ZX] //p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 19; }
# What the activation had begun when it was killed is waited for: a tunnel that came up after the undo would stand without its rules.
await_its_child() {
  read -r child begun 2>/dev/null <"$T/activate.child" || return 0
  until=$(($(uptime_seconds) + 30))
  while [ -n "$begun" ] && [ "$(begun_at "$child")" = "$begun" ]; do
    # One that not even this ends (a hung disk) must not hold up the undo.
    if [ "$(uptime_seconds)" -ge "$until" ]; then kill -9 "$child"; nap; return 0; fi
    nap
  done
}

# Under the name of the unit that should have done it: systemd runs it once, even if that one comes to life now.
persist_again() {
  if ! on_systemd; then sh "$T/engine.sh" persist 9<&-; return; fi
  systemctl reset-failed "wgwizard-persist-$1.service" 2>/dev/null
  systemd-run --quiet --collect --wait --unit="wgwizard-persist-$1" --property=KillMode=process sh "$T/engine.sh" persist \
    </dev/null 2>/dev/null 9<&-
}

# Waits until a unit of ours has ended and systemd has forgotten it.
await_end_of() {
  tries=100
  while [ -e "/run/systemd/transient/wgwizard-$1-$ID.service" ] && [ $tries -gt 0 ]; do nap; tries=$((tries - 1)); done
}
