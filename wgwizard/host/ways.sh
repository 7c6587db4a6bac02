# What the checks against lock-outs need: how packets leave the host, who else is logged in, who resolves names, whose rules there are.
# For probe.sh.

# The ports on which the host takes SSH, one a line: this session's, the usual one, and those of an SSH server that ss knows by name.
ssh_ports() {
  echo 22
  echo "${SSH_CONNECTION_SEEN:-}" | awk 'NF == 4 { print $4 }'
  ss -Htlnp 2>/dev/null | awk '/"(sshd|dropbear)"/ { sub(/.*:/, "", $4); print $4 }'
}

# The rules of iptables-legacy, which nft does not list. Asked only where its table is loaded, as asking would load it.
show_legacy() {
  for ip in ip ip6; do
    if ! grep -qs '^filter$' "/proc/net/${ip}_tables_names"; then continue; fi
    program=${ip}tables-legacy
    if ! have "$program"; then program=${ip}tables; fi
    case $("$program" --version 2>/dev/null) in *nf_tables*) continue ;; esac
    begin legacy "$ip" "$program"
    "$program" -S 2>/dev/null
  done
}

show_ways() {
  begin routes4
  ip -o -4 route show table all
  begin routes6
  ip -o -6 route show table all
  begin rules4
  put "$rules4"
  begin rules6
  put "$rules6"
  begin ssh_ports
  ports=$(ssh_ports | sort -un)
  echo "$ports"
  begin ssh_peers
  # Lines "LOCAL REMOTE" of established connections, in the kernel's own hexadecimal.
  wanted=$(for port in $ports; do printf ' %04X ' "$port"; done)
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v wanted="$wanted" '$4 == "01" { port = $2; sub(/.*:/, "", port); if (index(wanted, " " port " ")) print $2, $3 }'
  begin resolvers
  awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf /run/systemd/resolve/resolv.conf 2>/dev/null
  begin ruleset
  # Without the elements of sets, which may be many.
  nft -s -t list ruleset 2>/dev/null
  show_legacy
}
