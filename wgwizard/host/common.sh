# What the scripts on Host β share. POSIX sh: dash and busybox ash run it alike.
# The client sets before it: IFACE TABLE OWNER TUNNEL NETWORK PROFILE RULES OPENINGS RULES_UNIT_FILE DROP_IN START SERVICE SERVICE_FILE SYSCTLS
# SWITCHES RULES_UNIT TUNNEL_UNIT STATE RUN and, for a transaction, ID. Every script defines main and calls it on its last line, so that a cut upload runs nothing.
set -u
umask 077
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C
export PATH LC_ALL
T=$RUN/transaction

# Every file that may be ours; their names hold no blanks.
our_files() {
  printf '%s\n' "$RULES" "$OPENINGS" "$RULES_UNIT_FILE" "$DROP_IN" "$START" "$SERVICE_FILE" "$SWITCHES" "$TUNNEL" ${NETWORK:+"$NETWORK"} "$SYSCTLS"
}
have() { command -v "$1" >/dev/null 2>&1; }
digest() { sha256sum | cut -d ' ' -f 1; }
digest_of() { sha256sum <"$1" | cut -d ' ' -f 1; }
boot_id() { cat /proc/sys/kernel/random/boot_id; }
# Seconds since boot: a deadline by it does not move when the wall clock jumps (lock-out 29).
uptime_seconds() { cut -d . -f 1 /proc/uptime; }
nap() { sleep 0.1 2>/dev/null || sleep 1; }

# states_of FILE…: a line "PATH KIND MODE UID:GID LINKS SHA256" for each, with one ls and one sha256sum for all of them; "absent" is a
# state like any other. From ls, as busybox may lack stat and its awk may lack powers. Our paths hold no blanks.
states_of() {
  regular=
  for path; do
    if [ -L "$path" ] || { [ -e "$path" ] && [ ! -f "$path" ]; }; then echo "$path other - - - -"
    elif [ -f "$path" ]; then regular="$regular $path"
    else echo "$path absent - - - -"; fi
  done
  if [ -z "$regular" ]; then return; fi
  # Unquoted: so many words.
  { ls -lnd -- $regular; sha256sum -- $regular; } | awk '
    function digit(first) {
      return 4 * (substr($1, first, 1) == "r") + 2 * (substr($1, first + 1, 1) == "w") + (index("xst", substr($1, first + 2, 1)) > 0)
    }
    function special(place, letters) { return index(letters, substr($1, place, 1)) > 0 }
    NF > 2 {
      bits = 4 * special(4, "sS") + 2 * special(7, "sS") + special(10, "tT")
      known[$NF] = sprintf("%d%d%d%d %s:%s %s", bits, digit(2), digit(5), digit(8), $3, $4, $2)
    }
    NF == 2 { sum[$2] = $1 }
    # A line for each, whatever becomes of them meanwhile: one that cannot be read must not pass for one that is not there.
    END {
      for (place = split(regular, path, " "); place > 0; place--) {
        name = path[place]
        if (name in known) print name, "file", known[name], (name in sum ? sum[name] : "-")
        else print name, "absent - - - -"
      }
    }' regular="$regular"
}
# "KIND MODE UID:GID LINKS SHA256" of one file.
state_of() { states_of "$1" | cut -d ' ' -f 2-; }
# "MODE UID:GID" of one.
mode_of() { states_of "$1" | cut -d ' ' -f 3,4; }

# Whether the tunnel's interface is switched on (IFF_UP).
interface_is_on() { flags=$(cat "/sys/class/net/$IFACE/flags" 2>/dev/null) && [ $(($flags & 1)) = 1 ]; }

# SELinux lets other programs (nft, wg-quick, ip) read and write only what is labelled for them, and gives what is below /run another label
# than what is below /etc. labelled_as MODEL PATH: that of MODEL, where SELinux is on.
selinux_is_on() { [ -e /sys/fs/selinux/enforce ]; }
labelled_as() { ! selinux_is_on || chcon --reference="$1" -- "$2"; }
# labels_of FILE…: a line "LABEL PATH" for each that is there.
labels_of() { for path; do if [ -f "$path" ]; then stat -c '%C %n' -- "$path"; fi; done; }

# The ruleset without its counters, which change with every packet. Through a pipe: into a file of ours SELinux lets nft write nothing.
own_table() { listed=$(nft -s list table inet "$TABLE" 2>/dev/null) && printf '%s\n' "$listed"; }
forwarding_sysctls() {
  grep -s . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/accept_redirects \
    /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra
}
# The forwarding before any tunnel of ours: what another one switched on is not the host's own. (Interfaces' names hold no newline.)
own_baseline_sysctls() {
  first=$(ls -tr "$STATE"/*/baseline/sysctls 2>/dev/null | head -n 1)
  if [ -n "$first" ]; then cat -- "$first"; else forwarding_sysctls; fi
}
# A default route that the kernel itself learned by router advertisement, and would forget, is one of "proto ra", and no other is: the
# kernel's flags (RTF_DEFAULT and RTF_ADDRCONF) say it. busybox's ip does not, and ip says it of what NetworkManager and systemd-networkd
# learned by themselves, too, which stays. Nor does busybox's say "pref", by which alone a route without a router shows that it is IPv6's.
routes6() {
  learned=$(awk '$1 ~ /^0+$/ && $2 == "00" && substr($9, 4, 1) ~ /[57df]/ { printf "%s ", $10 }' /proc/net/ipv6_route 2>/dev/null)
  ip -o -6 route show | awk -v learned=" $learned" '
    function by_kernel(place) {
      for (place = 2; place < NF; place++) if ($place == "dev") return index(learned, " " $(place + 1) " ")
      return 0
    }
    $1 == "default" && by_kernel() && !/ proto / { $0 = $0 " proto ra" }
    $1 == "default" && !by_kernel() { sub(/ proto ra/, "") }
    $1 == "default" && !/:/ && !/ pref / { $0 = $0 " pref medium" }
    { print }'
}
# What is read once for all that needs it: how the host stands in its network, and what of ours stands on it.
read_network() {
  addresses=$(ip -o addr show) routes4=$(ip -o -4 route show) routes6=$(routes6)
  rules4=$(ip -4 rule show) rules6=$(ip -6 rule show) sysctls=$(forwarding_sysctls)
} 2>/dev/null
read_ours() { states=$(states_of $(our_files)) table=$(own_table) units=$(unit_states); }

# One digest over everything that an apply would touch or relies on. What changes by itself is left out: counters, file times,
# lifetimes, and the endpoints of peers that roam.
fingerprint() {
  {
    printf '%s\n' "$states" "$table" "$units" "$routes4" "$rules4" "$rules6" "$sysctls"
    printf '%s\n' "$addresses" | sed 's/ *\\.*//; s/ tentative//; s/ dadfailed//'
    printf '%s\n' "$routes6" | sed 's/ expires [0-9]*sec//'
    wg show "$IFACE" dump 2>/dev/null | awk -F '\t' 'NR == 1 { print $1, $3 } NR > 1 { print $1, $2, $4, $8 }' | sort
    cat "/sys/class/net/$IFACE/mtu" 2>/dev/null
  } | digest
}

# How a transaction stands: none, staging, pending, rolling or confirmed. A rename of its token decides between the last three.
transaction_state() {
  if [ ! -d "$T" ]; then echo none; return; fi
  for token in pending rolling confirmed; do
    if [ -e "$T/$token" ]; then echo $token; return; fi
  done
  echo staging
}

owner_field() { sed -n "s/^$1=//p" "$T/owner" 2>/dev/null | tail -n 1; }

# A lock is stale when it is of another boot or past its deadline; never by a process id.
lock_is_stale() {
  [ "$(owner_field boot)" = "$(boot_id)" ] || return 0
  until=$(owner_field until)
  [ "$(uptime_seconds)" -gt "${until:-0}" ]
}

# The lock given back, with nothing left below /run unless somebody still has a result to read.
release() {
  # At once, so that nobody who still looks into it leaves something there.
  mv -- "$T" "$RUN/stale-$$" 2>/dev/null && rm -rf -- "$RUN/stale-$$"
  rmdir -- "$RUN" 2>/dev/null
  return 0
}

# The result that the engine left for us, read once.
take_result() {
  cat "$RUN/result-$ID" 2>/dev/null
  rm -f -- "$RUN/result-$ID"
  rmdir -- "$RUN" 2>/dev/null
  return 0
}
