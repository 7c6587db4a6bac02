# Says over a new connection that the change is wanted, and waits until the host has made it permanent. Set before it: ID.

say() { echo "@ $*"; }

main() {
  if [ "$(owner_field id)" != "$ID" ]; then say undone "its time had run out"; exit 1; fi
  echo $$ >"$T/waited_for"
  if ! mv -- "$T/pending" "$T/confirmed" 2>/dev/null; then
    # The undo may have seen us wait, and left its result for us: nobody else takes it.
    left=100
    while [ "$(owner_field id)" = "$ID" ] && [ $left -gt 0 ]; do nap; left=$((left - 1)); done
    take_result >/dev/null
    say undone "its time had run out"
    exit 1
  fi
  say done confirm
  # Started before anything is answered: from here the host finishes alone.
  by_itself persist || sh "$T/engine.sh" persist
  left=600
  while [ ! -e "$RUN/result-$ID" ] && [ ! -e "$T/trouble" ] && [ $left -gt 0 ]; do nap; left=$((left - 1)); done
  if [ ! -e "$RUN/result-$ID" ]; then rm -f -- "$T/waited_for"; say failed "$(cat "$T/trouble" 2>/dev/null)"; exit 1; fi
  if [ -f "$RUN/notes-$ID" ]; then sed 's/^/@ note /' "$RUN/notes-$ID"; rm -f -- "$RUN/notes-$ID"; fi
  take_result >/dev/null
  await_end_of persist
  say done persist
}
