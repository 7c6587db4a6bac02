#!/busybox sh
# The first process of labelled.py's machine, in its initramfs: on to the init of its disk, which loads the SELinux policy.
PATH=/applets
/busybox mkdir -p /applets /root /dev
/busybox --install -s /applets
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module" || { echo "labelled.sh: $module"; poweroff -f; }; done </modules/order
mount -t ext4 /dev/vda /root || { echo "labelled.sh: the disk"; poweroff -f; }
umount /dev
exec switch_root /root /sbin/init
