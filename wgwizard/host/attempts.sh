# Tries connections from Host β, at the same time, and says what became of each. ATTEMPTS has lines "NUMBER SOURCE ADDRESS PORT", where
# "-" is no SOURCE; nothing is sent over a connection, which is closed at once. POINTS are the points' tunnel addresses, MOST_TOLD how many
# of their own attempts are told at most.

# perl is part of every Debian and Ubuntu, python3 of Fedora's and RHEL's usual installs.
attempt_by_perl() {
  printf '%s\n' "$ATTEMPTS" | perl -e '
    use strict; use Socket qw(:all); use Fcntl; use Errno qw(EINPROGRESS ECONNREFUSED);
    my %under_way;
    sub place { my ($address, $port) = @_;
      my $four = inet_pton(AF_INET, $address);
      return $four ? pack_sockaddr_in($port, $four) : pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) }
    sub told { my ($number, $error) = @_;
      print "answer $number ", !$error ? "open" : $error == ECONNREFUSED ? "refused"
        : $error == Errno::ETIMEDOUT() ? "silent" : "unreachable", "\n" }
    while (<STDIN>) {
      my ($number, $source, $address, $port) = split or next;
      my $to = place($address, $port);
      socket(my $one, sockaddr_family($to), SOCK_STREAM, 0) or next;
      fcntl($one, F_SETFL, O_NONBLOCK);
      if ($source ne "-" && !bind($one, place($source, 0))) { told($number, $! + 0); next }
      if (connect($one, $to)) { told($number, 0) }
      elsif ($! == EINPROGRESS) { $under_way{$number} = $one }
      else { told($number, $! + 0) }
    }
    my $until = time + 4;
    while (%under_way && time < $until) {
      my $ready = "";
      vec($ready, fileno($_), 1) = 1 for values %under_way;
      select(undef, $ready, undef, 0.5) > 0 or next;
      for my $number (keys %under_way) {
        next unless vec($ready, fileno($under_way{$number}), 1);
        told($number, unpack("i", getsockopt($under_way{$number}, SOL_SOCKET, SO_ERROR)));
        close(delete $under_way{$number});
      }
    }
    print "answer $_ silent\n" for keys %under_way;'
}
# attempt_by_python PYTHON
attempt_by_python() {
  printf '%s\n' "$ATTEMPTS" | "$1" -c '
import errno, selectors, socket, sys, time
TOLD = {0: "open", errno.ECONNREFUSED: "refused", errno.ETIMEDOUT: "silent"}
def told(number, error):
    print("answer", number, TOLD.get(error, "unreachable"))
under_way = selectors.DefaultSelector()
for line in filter(str.strip, sys.stdin):
    number, source, address, port = line.split()
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    one.setblocking(False)
    try:
        if source != "-":
            one.bind((source, 0))
        error = one.connect_ex((address, int(port)))
    except OSError as problem:
        error = problem.errno
    if error == errno.EINPROGRESS:
        under_way.register(one, selectors.EVENT_WRITE, number)
    else:
        told(number, error)
until = time.monotonic() + 4
while under_way.get_map() and time.monotonic() < until:
    for key, _ in under_way.select(0.5):
        under_way.unregister(key.fileobj)
        told(key.data, key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
for key in under_way.get_map().values():
    told(key.data, errno.ETIMEDOUT)
'
}
attempt_all() {
  if have perl; then attempt_by_perl; return; fi
  for python in python3 /usr/libexec/platform-python; do
    if have "$python"; then attempt_by_python "$python"; return; fi
  done
  return 1
}

# Ping tells apart why nothing came back; it proves nothing by itself.
ping_all() {
  printf '%s\n' "$ATTEMPTS" | awk '!seen[$2, $3]++ { print $2, $3 }' | {
    while read -r source address; do
      if [ "$source" = - ]; then from=; else from="-I $source"; fi
      # Unquoted: two words, or none.
      { if ping -n -c 1 -W 2 $from "$address" >/dev/null 2>&1; then echo "echo $source $address"; fi; } &
    done
    wait
  }
}

# conntrack's lists; the kernel's own file, where it has one, writes IPv6 addresses out in full.
tracked() {
  if have conntrack; then conntrack -L; conntrack -L -f ipv6; else cat /proc/net/nf_conntrack; fi 2>/dev/null
}
# What points tried that went out of Host β with no answer, as the kernel remembers it: a minute or two, and nothing where it cannot be asked.
unanswered() {
  { printf '%s\n' $POINTS; tracked; } | awk '
    NF == 1 { points[$1]; next }
    {
      protocol = source = target = port = ""
      for (place = 1; place <= NF && port == ""; place++) {
        if ($place == "tcp" || $place == "udp") protocol = $place
        else if ($place ~ /^src=/) source = substr($place, 5)
        else if ($place ~ /^dst=/) target = substr($place, 5)
        else if ($place ~ /^dport=/) port = substr($place, 7)
      }
      if (protocol == "" || !(source in points)) next
      if (index($0, "[UNREPLIED]")) silent[source " " protocol " " target " " port]
      else answered[source " " protocol " " target " " port]
    }
    END { for (one in silent) if (!(one in answered) && told++ < most) print "unanswered", one }' most="$MOST_TOLD"
}

main() {
  unanswered
  attempt_all || { echo "lacks perl"; return; }
  ping_all
  ip neigh show | awk '/ (FAILED|INCOMPLETE) *$/ { print "absent", $1 }'
  nft -t list table inet "$TABLE" 2>/dev/null | awk '$1 == "chain" { chain = $2 } /counter packets [0-9]+ .*reject/ { print "refused", chain, $3 }'
}
