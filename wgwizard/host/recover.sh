# Ends what an earlier session left: confirmed is finished, pending past its deadline is undone, the rest was nothing yet.

# alone COMMAND…: one session at a time judges, takes or clears the lock, else two could find the same one stale, or one that is
# just being taken. The kernel lets go of it when we end, however that comes about; what we start does not hold it.
alone() {
  exec 9<"${RUN%/*}"
  # By turns, as busybox's flock cannot wait for a time.
  patience=$(($(uptime_seconds) + 60))
  until flock -n 9; do
    if [ "$(uptime_seconds)" -ge "$patience" ]; then echo "@ failed ${RUN%/*} is locked by another process"; exit 1; fi
    nap
  done
  "$@"
  exec 9<&-
}

# A confirmed change is being made permanent, unless the unit that does it has ended before its end.
is_left_over() {
  case $(transaction_state) in
    none) return 1 ;;
    confirmed) ! works persist "$(owner_field id)" ;;
    *) lock_is_stale ;;
  esac
}

recover() {
  case $(transaction_state) in
    confirmed) persist_again "$(owner_field id)" ;;
    pending | rolling) sh "$T/engine.sh" rollback 9<&- ;;
    *) mv -- "$T" "$RUN/stale-$$" && rm -rf -- "$RUN/stale-$$" ;;
  esac
  rmdir -- "$RUN" 2>/dev/null
  return 0
}

# What is left of a lock that was given back, or of a result that nobody reads, where a process was killed at that instant. One that is
# alive takes its result within a second.
clear_litter() {
  if [ -d "$T" ] || [ ! -d "$RUN" ]; then return; fi
  sleep 2
  rm -rf -- "$RUN"/stale-* "$RUN"/result-* "$RUN"/.result-* "$RUN"/notes-*
  rmdir -- "$RUN" 2>/dev/null
}

recover_now() { alone recover_left_over; }
recover_left_over() {
  was=$(transaction_state)
  clear_litter
  if ! is_left_over; then return; fi
  recover
  if [ -d "$T" ]; then echo "@ failed $(cat "$T/trouble" 2>/dev/null)"; else echo "@ recovered $was"; fi
}
