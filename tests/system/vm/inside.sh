# The virtual machine's first process once its files are there: a kernel that loads its modules, then the command in `command`, whose
# exit code goes to `status`.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
. /vm/share/settings # BUSYBOX MODULES CACHE, as they lie below /vm/below, and TREES
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm /lib/modules
mount -t devpts pts /dev/pts
ln -s /proc/self/fd /dev/fd
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mount --bind "/vm/below$MODULES" /lib/modules
ln -s "/vm/below$BUSYBOX" /vm/modprobe
echo /vm/modprobe >/proc/sys/kernel/modprobe
for module in wireguard tun nf_tables nf_conntrack; do /vm/modprobe $module; done
place=/vm/cache/${CACHE##*/}
mkdir -p "$place"
cp -p "/vm/below$CACHE"/client_* "$place"
set -- a b c d
for tree in $TREES; do
  mkdir "$place/$tree"
  mount -t ext4 -o ro "/dev/vd$1" "$place/$tree"
  shift
done
sh /vm/share/command </dev/null
echo $? >/vm/share/status
sync
"/vm/below$BUSYBOX" poweroff -f
