# Ends what an earlier session left: confirmed is finished, pending past its deadline is undone, the rest was nothing yet.

# alone COMMAND…: one session at a time judges, takes or clears the lock, else two could find the same one stale, or one that is
# just being taken. The kernel lets go of it when we end, however that comes about; what we start does not hold it.
alone() {
  exec 9<"${RUN%/*}"
  flock -w 60 9 || { echo "@ failed ${RUN%/*} is locked by another process"; exit 1; }
  "$@"
  exec 9<&-
}

# A confirmed change is being made permanent, unless the unit that does it has ended before its end.
is_left_over() {
  case $(transaction_state) in
    none) return 1 ;;
    confirmed) ! systemctl is-active -q "wgwizard-persist-$(owner_field id).service" ;;
    *) lock_is_stale ;;
  esac
}

recover() {
  case $(transaction_state) in
    # Under the name of the unit that should have done it: systemd runs it once, even if that one comes to life now.
    confirmed)
      systemctl reset-failed "wgwizard-persist-$(owner_field id).service" 2>/dev/null
      systemd-run --quiet --collect --wait --unit="wgwizard-persist-$(owner_field id)" --property=KillMode=process sh "$T/engine.sh" persist \
        </dev/null 2>/dev/null 9<&-
      ;;
    pending | rolling) sh "$T/engine.sh" rollback 9<&- ;;
    *) mv -- "$T" "$RUN/stale-$$" && rm -rf -- "$RUN/stale-$$" ;;
  esac
  rmdir -- "$RUN" 2>/dev/null
  return 0
}

recover_now() { alone recover_left_over; }
recover_left_over() {
  was=$(transaction_state)
  if ! is_left_over; then return; fi
  recover
  if [ -d "$T" ]; then echo "@ failed $(cat "$T/trouble" 2>/dev/null)"; else echo "@ recovered $was"; fi
}
