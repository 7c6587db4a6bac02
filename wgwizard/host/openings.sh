# usage: sh THIS open|start|close   all of it, to stay; only what is gone after a boot; all of it taken away
set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C
export PATH LC_ALL
status=0
have() { command -v "$1" >/dev/null 2>&1; }
failed() { echo "$*" >&2; status=1; }

# in_nft CHAIN RULE: before all other rules of the chain, where it is there. A rule of ours is known by its comment.
in_nft() {
  rule="$2 comment \"$TAG\""
  # Unquoted: family, table and chain are three words.
  there=$(nft -a list chain $1 2>/dev/null) || return 0
  handles=$(printf '%s\n' "$there" | awk -v rule="$rule # handle " '(place = index($0, rule)) { print substr($0, place + length(rule)) }')
  if [ "$verb" = close ]; then
    for handle in $handles; do nft delete rule $1 handle "$handle" || failed "$1 keeps a rule of ours"; done
  elif [ -z "$handles" ]; then nft insert rule $1 "$rule" || failed "$1 takes no rule of ours"; fi
}

# in_iptables COMMAND CHAIN MATCH…: the same for a table that iptables keeps. Docker leaves a chain DOCKER-USER alone that it finds.
in_iptables() {
  command=$1 chain=$2
  shift 2
  have "$command" || return 0
  set -- "$chain" "$@" -m comment --comment "$TAG" -j ACCEPT
  if [ "$verb" = close ]; then
    while "$command" -w -D "$@" 2>/dev/null; do :; done
    return
  fi
  if [ "$chain" = DOCKER-USER ]; then "$command" -w -N "$chain" 2>/dev/null; fi
  "$command" -w -C "$@" 2>/dev/null || "$command" -w -I "$@" || failed "$command takes no rule of ours in $chain"
}

# in_ufw [route] allow …: ufw writes it down itself.
in_ufw() {
  have ufw || return 0
  case $verb in
    open) ufw "$@" comment "$TAG" >/dev/null || failed "ufw refuses: $*" ;;
    close)
      if [ "$1" = route ]; then shift && set -- route delete "$@"; else set -- delete "$@"; fi
      ufw "$@" >/dev/null || failed "ufw refuses: $*"
      ;;
  esac
}

# in_firewalld ZONE INTERFACE PORT [by-profile]: a zone for the tunnel, a policy into it, and one for the port; each is a file of its own
# there. NetworkManager's profile names the zone itself; firewalld would write it in there anew.
in_firewalld() {
  [ "$verb" != start ] && have firewall-cmd && firewall-cmd -q --state 2>/dev/null || return 0
  if [ "$verb" = open ] && knows "$1-in" && knows "$1-in" --permanent; then return; fi
  only_permanent && reload=reload || reload=no
  if [ "$verb" = close ]; then
    forget policy "policies/$1-to"
    forget policy "policies/$1-in"
    forget zone "zones/$1"
    # Where it is not reloaded, what is left of them until then lets nothing through.
    if [ "$reload" = no ]; then
      firewall-cmd -q --zone="$1" --remove-interface="$2" 2>/dev/null
      firewall-cmd -q --policy="$1-in" --remove-port="$3/udp" 2>/dev/null
    fi
  elif ! knows "$1-in" --permanent; then
    # What is there already, as where this was cut off before, is no error: what follows would be.
    firewall-cmd -q --permanent --new-zone="$1" 2>/dev/null
    permanent --zone="$1" --set-target=ACCEPT
    [ "${4:-}" = by-profile ] || permanent --zone="$1" --add-interface="$2"
    firewall-cmd -q --permanent --new-policy="$1-to" 2>/dev/null
    permanent --policy="$1-to" --add-ingress-zone=ANY
    permanent --policy="$1-to" --add-egress-zone="$1"
    permanent --policy="$1-to" --set-target=ACCEPT
    firewall-cmd -q --permanent --new-policy="$1-in" 2>/dev/null
    permanent --policy="$1-in" --add-ingress-zone=ANY
    permanent --policy="$1-in" --add-egress-zone=HOST
    permanent --policy="$1-in" --add-port="$3/udp"
  fi
  if [ "$reload" = no ]; then
    failed "firewalld has settings that only last until it is reloaded, so it is not reloaded; what it was told lasts from then on"
    return
  fi
  firewall-cmd -q --reload || failed "firewalld could not be reloaded"
}
knows() { firewall-cmd -q ${2:-} --info-policy="$1" 2>/dev/null; }
# forget KIND FILE: a firewalld that is busy may refuse, and a zone that stays would let everything through that comes by the tunnel.
forget() {
  file=/etc/firewalld/$2.xml
  for pause in 1 2 3 4 5; do
    [ -e "$file" ] || break
    firewall-cmd -q --permanent "--delete-$1=${2#*/}" 2>/dev/null || sleep "$pause"
  done
  if [ -e "$file" ]; then failed "firewalld keeps the $1 ${2#*/}"; fi
  rm -f -- "$file.old"
}
permanent() { firewall-cmd -q --permanent "$@" || failed "firewalld refuses: $*"; }
# Whether what firewalld does now is what it would do after a reload, but for what is ours.
only_permanent() { [ "$(settings)" = "$(settings --permanent)" ]; }
settings() {
  { firewall-cmd "$@" --list-all-zones && firewall-cmd "$@" --list-all-policies; } |
    awk '/^[^ ]/ { ours = /^wgw-/; sub(/ \(.*/, "") } !ours && !/^  (interfaces|sources|icmp-block-inversion):/'
}
