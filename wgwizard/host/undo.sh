# Undoes a change that was not confirmed, now rather than at its deadline, and waits for it. Set before it: ID.

main() {
  if [ "$(owner_field id)" = "$ID" ] && [ -e "$T/pending" ]; then
    echo $$ >"$T/waited_for"
    echo "the check over a new connection failed" >"$T/reason"
    undo_now || sh "$T/engine.sh" rollback
  fi
  left=600
  while [ "$(owner_field id)" = "$ID" ] && [ $left -gt 0 ]; do nap; left=$((left - 1)); done
  await_end_of activate
  await_end_of rollback
  if [ "$(owner_field id)" != "$ID" ]; then echo "@ undone $(take_result)"; fi
}
