# Runs as root in new namespaces: makes the mounts of a lab host whose file tree is $D/root, then becomes its init.
set -e
cd "$D/root"
hostname "$(cat etc/hostname)"
mount --bind . .
cd "$D/root"
for bind in ${BINDS:-}; do # FROM=TO, of the machine and of the host
  mkdir -p ".${bind#*=}"
  mount --bind "${bind%%=*}" ".${bind#*=}"
done
mount -t proc p proc
mount -t sysfs -o ro s sys
mount -t cgroup2 c sys/fs/cgroup
mount -t tmpfs -o mode=755 d dev
mkdir dev/net dev/pts dev/shm
for n in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 net/tun:10:200; do
  IFS=:
  set -- $n
  unset IFS
  mknod -m 666 "dev/$1" c "$2" "$3"
done
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
ln -s pts/ptmx dev/ptmx
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 t dev/pts
mount -t tmpfs s dev/shm
mount -t tmpfs -o mode=755 r run
: >>"$D/console"
: >dev/console
mount --bind "$D/console" dev/console
# Each boot has its own id, as on a real host; the kernel's own switches stay read-only, the network's are this host's.
cat /proc/sys/kernel/random/uuid >"$D/boot_id"
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount --bind "$D/boot_id" proc/sys/kernel/random/boot_id
mount -o remount,bind,ro proc/sys
exec setpriv --bounding-set=-sys_module,-sys_rawio,-sys_time,-syslog,-mac_admin,-bpf sh -c 'pivot_root . . && umount -l . && cd / &&
 exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin "$0" </dev/null >/dev/console 2>&1' "$INIT"
