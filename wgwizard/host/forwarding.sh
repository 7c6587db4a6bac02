# Forwarding on Host β: switched, and put back. For engine.sh.

set_sysctl() { printf '%s\n' "$2" 2>>"$T/log" >"/proc/sys/$1"; }

# sysctls_of FILE: the lines of a sysctl.d file as "path value"; a key with a slash in it is a path already (sysctl.d(5)).
sysctls_of() {
  if [ ! -f "$1" ]; then return 0; fi
  sed 's/[#;].*//; s/^[[:space:]-]*//; s/[[:space:]]*=[[:space:]]*/ /; s/[[:space:]]*$//' "$1" | grep . |
    awk '{ if (index($1, "/") == 0) gsub(/\./, "/", $1); print }'
}
load_sysctls() {
  sysctls_of "$1" >"$T/keys"
  while read -r key value; do
    set_sysctl "$key" "$value" || { echo "sysctl $key=$value is refused" >>"$T/log"; return 1; }
  done <"$T/keys"
}

# restore_sysctls FILE SAVED: what FILE switched goes back to the values of SAVED (lines "path:value"), and nothing else does.
restore_sysctls() {
  sysctls_of "$1" >"$T/keys"
  true >"$T/restore"
  before=$(sed -n 's#^/proc/sys/net/ipv4/ip_forward:##p' "$2")
  while read -r key _; do
    # ip_forward, which we never touch, writes every interface's value: whoever switched it on since needs them.
    case $key in net/ipv4/*) if [ "$before" != "$(cat /proc/sys/net/ipv4/ip_forward)" ]; then kept "$key"; continue; fi ;; esac
    if [ "$MODE" != apply ] && [ "${ROLLING:-no}" = no ] && needed_elsewhere "$key"; then kept "$key"; continue; fi
    grep "^/proc/sys/$key:" "$2" >>"$T/restore"
    # IPv6's one switch wrote every interface's value, too.
    if [ "$key" = net/ipv6/conf/all/forwarding ]; then grep '^/proc/sys/net/ipv6/conf/.*/forwarding:' "$2" >>"$T/restore"; fi
  done <"$T/keys"
  while IFS= read -r line; do
    path=${line%:*}
    if [ -e "$path" ] && [ "$(cat "$path")" != "${line##*:}" ]; then set_sysctl "${path#/proc/sys/}" "${line##*:}"; fi
  done <"$T/restore"
}
kept() { echo "forwarding ($1) stays on: something else on the host needs it by now" >>"$T/notes"; }

# Whether a sysctl file that is not ours asks for this forwarding by now, or another tunnel of ours, whose file lies elsewhere without systemd.
needed_elsewhere() {
  dotted=$(echo "$1" | tr / .)
  grep -lsE "^[[:space:]-]*($dotted|$1)[[:space:]]*=[[:space:]]*[12]" /etc/sysctl.conf /etc/sysctl.d/*.conf /run/sysctl.d/*.conf \
    /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf "${SWITCHES%/*}"/*.sysctls 2>/dev/null | grep -vFx -e "$SYSCTLS" -e "$SWITCHES" | grep -q .
}

# A default route learned by router advertisement is purged when forwarding is switched on without accept_ra=2 (lock-out 13).
restore_ra_routes() {
  if [ ! -s "$T/old/ra_routes" ] || ip -o -6 route show default | grep -q .; then return; fi
  sed 's/ expires \([0-9]*\)sec/ expires \1/; s/ hoplimit [0-9]*//; s/ error [-0-9]*//' "$T/old/ra_routes" >"$T/ra"
  # Unquoted: the line is ip's own words.
  while read -r line; do bounded 5 ip -6 route add $line; done <"$T/ra"
}
