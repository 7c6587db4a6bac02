# Reads how Host β stands and changes nothing. Sections are "=NONCE= name argument"; set before it: NONCE TOOLS MOST_DIGESTS WITH_BEFORE.

# What was read, as it was: echo takes some of it for escapes.
put() { if [ -n "$1" ]; then printf '%s\n' "$1"; fi; }
begin() { printf '\n=%s= %s\n' "$NONCE" "$*"; }

# A tunnel's file with its keys hidden, be they called PrivateKey or private-key: the private key as its public key.
masked() {
  private=$(awk 'tolower($0) ~ /^[ \t]*private-?key[ \t]*=/ { sub(/^[^=]*=[ \t]*/, ""); sub(/[ \t\r#].*/, ""); print; exit }' "$1")
  public=
  if [ -n "$private" ]; then public=$(printf '%s\n' "$private" | wg pubkey 2>/dev/null); fi
  awk -v public="$public" '
    function hide(words) { match($0, /=[ \t]*/); $0 = substr($0, 1, RSTART + RLENGTH - 1) words }
    tolower($0) ~ /^[ \t]*private-?key[ \t]*=/ { hide("(hidden, of public key " public ")") }
    tolower($0) ~ /^[ \t]*preshared-?key[ \t]*=/ { hide("(hidden)") }
    tolower($0) ~ /^[ \t]*[#;].*(private|preshared)/ { sub(/=.*/, "= (hidden)") }
    { print }' "$1"
}
# One digest for each preshared key, in a line; one over all of them where they are so many that this would take seconds.
preshared_digest() {
  digests=$(awk 'tolower($0) ~ /^[ \t]*preshared-?key[ \t]*=/ { sub(/^[^=]*=[ \t]*/, ""); sub(/[ \t\r].*/, ""); key[++count] = $0 }
    END {
      for (i = 1; i <= count; i++) { print key[i] | "sha256sum"; if (count <= most) close("sha256sum") }
    }' most="$MOST_DIGESTS" "$1" | cut -d ' ' -f 1 | tr '\n' ' ')
  printf '%s\n' "${digests% }"
}

# show_file SECTION PATH PLACE STATE: the file of this path, which lies at that place.
show_file() {
  begin "$1" "$2"
  echo "$4"
  case $4 in file*) ;; *) return ;; esac
  if [ "$2" = "$TUNNEL" ]; then
    if grep -qi '^[[:space:]]*preshared-*key' "$3"; then preshared_digest "$3"; else echo; fi
    masked "$3"
  else
    echo
    cat "$3"
  fi
}

# What was applied, as far as something else stands there by now.
show_drift() {
  { printf '%s\n' "$states" && states_of "$STATE/$IFACE/kept"/*; } | awk '
    { path = $1; name = path; sub(/.*\//, "", name); sub(/[^ ]* /, "") }
    NR <= ours { known[name] = path; state[name] = $0 }
    NR > ours && name in known && $0 != state[name] { print known[name], path, $0 }' ours="$(our_files | wc -l)" |
    while read -r file copy state; do show_file kept "$file" "$copy" "$state"; done
  if [ -f "$STATE/$IFACE/ruleset" ] && [ "$loaded" != "$(cat "$STATE/$IFACE/table")" ]; then
    begin ruleset
    printf '%s\n' "$table"
    begin applied_ruleset
    cat "$STATE/$IFACE/ruleset"
  fi
}

networkd_runs() { have networkctl && unit_runs systemd-networkd.service; }
network_manager_runs() { have nmcli && unit_runs NetworkManager; }

# Lines "INTERFACE PROGRAM" for the interfaces that a program configures, by its own notes; "-" for those that NetworkManager leaves alone.
# What others made is "connected (externally)" to it.
keepers() {
  if network_manager_runs; then
    nmcli -t -f DEVICE,STATE device 2>/dev/null | awk -F : '$2 == "connected" { print $1, "NetworkManager" } $2 == "unmanaged" { print $1, "-" }'
  fi
  if ! networkd_runs; then return; fi
  for link in /sys/class/net/*; do
    if grep -qs '^NETWORK_FILE=.' "/run/systemd/netif/links/$(cat "$link/ifindex")"; then echo "${link##*/} systemd-networkd"; fi
  done
}

# Up to 2.1 a start of firewalld stops nftables.service; since then both run side by side. (A unit that is there conflicts with shutdown.target.)
nftables_beside_firewalld() {
  have firewalld && on_systemd &&
    systemctl show -p Conflicts firewalld.service 2>/dev/null | awk '/shutdown\.target/ && !/[= ]nftables\.service/ { found = 1 } END { exit !found }'
}
# Where an update took the running kernel's modules away for those of the next one, as pacman does; without any modules this is a container.
running_kernel_is_gone() { [ ! -d "/lib/modules/$(uname -r)" ] && ls -d /lib/modules/*/modules.dep >/dev/null 2>&1; }

show_system() {
  begin system
  echo "now=$(date +%s)"
  echo "node=$(uname -n)"
  echo "system=$(uname -s)"
  echo "init=$(cat /proc/1/comm 2>/dev/null)"
  if on_openrc; then echo openrc=yes; fi
  echo "ssh=${SSH_CONNECTION_SEEN:-}"
  # The module's dependencies, as busybox's modprobe knows no dry run (-n).
  if [ -d /sys/module/wireguard ] || modprobe -q -D wireguard >/dev/null 2>&1; then echo kernel_wireguard=yes; fi
  echo "kernel=$(uname -r)"
  if running_kernel_is_gone; then echo kernel_is_gone=yes; fi
  echo "userspace=${WG_QUICK_USERSPACE_IMPLEMENTATION:-wireguard-go}"
  if networkd_runs; then
    networkctl --version | awk 'NR == 1 { print "networkd_version=" $2 }'
    awk -F : '$1 == "systemd-network" { print "networkd_group=" $3 }' /etc/group
  fi
  if network_manager_runs; then echo "network_manager=$(nmcli -t -f VERSION general 2>/dev/null)"; fi
  if nftables_beside_firewalld; then echo nftables_beside_firewalld=yes; fi
  found=
  for tool in $TOOLS; do if have "$tool"; then found="$found $tool"; fi; done
  echo "tools=$found"
  begin os
  cat /etc/os-release 2>/dev/null
}

show_network() {
  read_network
  begin addresses
  put "$addresses"
  begin links
  ip -o link show
  begin routes
  put "$routes4"
  put "$routes6"
  begin sysctls
  put "$sysctls"
  begin keepers
  keepers
  begin listening
  cat /proc/net/udp /proc/net/udp6 2>/dev/null | awk '$2 ~ /:/ { print $2 }'
  show_ways
}

# What stood here before the last apply, for a step back.
show_before() {
  saved=$STATE/$IFACE/before-$(sed -n 's/^before=//p' "$STATE/$IFACE/about" 2>/dev/null)
  if [ ! -d "$saved" ]; then return; fi
  begin before_about
  cat "$saved/record/about" 2>/dev/null
  for file in $(our_files); do show_file before "$file" "$saved/${file##*/}" "$(state_of "$saved/${file##*/}")"; done
}

show_ours() {
  read_ours
  printf '%s\n' "$states" | while read -r file state; do show_file file "$file" "$file" "$state"; done
  begin table
  loaded=
  if [ -n "$table" ]; then loaded=$(printf '%s\n' "$table" | digest); fi
  put "$loaded"
  begin units
  put "$units"
  begin wireguard
  wg show "$IFACE" dump 2>/dev/null | awk -F '\t' 'NR == 1 { print $2 "\t" $3 } NR > 1 { print $1 "\t" $3 "\t" $4 "\t" $5 "\t" $8 }'
  begin applied
  cat "$STATE/$IFACE/applied" 2>/dev/null
  begin applied_table
  cat "$STATE/$IFACE/table" 2>/dev/null
  begin about
  cat "$STATE/$IFACE/about" 2>/dev/null
  show_drift
  if [ "$WITH_BEFORE" = yes ]; then show_before; fi
  begin baseline
  cat "$STATE/$IFACE/baseline/index" 2>/dev/null
  begin baseline_sysctls
  if [ -f "$STATE/$IFACE/baseline/sysctls" ]; then cat "$STATE/$IFACE/baseline/sysctls"; else own_baseline_sysctls; fi
  begin transaction
  transaction_state
  if [ -d "$T" ]; then
    cat "$T/owner" 2>/dev/null
    echo "uptime=$(uptime_seconds)"
    if is_left_over; then echo left_over=yes; fi
  elif [ -d "$RUN" ]; then echo left_over=yes
  fi
}

# What needs no root: what the host is, and where it stands in the network.
look() {
  show_system
  show_network
  begin end
}

main() {
  show_system
  show_network
  show_ours
  begin fingerprint
  fingerprint
  begin end
}
