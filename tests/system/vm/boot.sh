#!/busybox sh
# The virtual machine's first process, in its initramfs: the machine's own / (read-only, by 9p) below a tmpfs; then goes on there.
PATH=/applets
/busybox mkdir /applets /below /over
/busybox --install -s /applets
give_up() { echo "boot.sh: $*"; poweroff -f; }
while read -r module; do insmod "/modules/$module" || give_up "$module"; done </modules/order
share=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "$share,ro,cache=loose" machine /below || give_up "the machine's files"
mount -t tmpfs -o mode=755 over /over
mkdir -p /over/upper /over/work /over/root
mount -t overlay -o lowerdir=/below,upperdir=/over/upper,workdir=/over/work overlay /over/root || give_up "the overlay"
mkdir -p /over/root/vm/below /over/root/vm/share
mount -o move /below /over/root/vm/below
mount -t 9p -o "$share" share /over/root/vm/share || give_up "the share"
exec switch_root /over/root /bin/sh /vm/share/inside.sh
