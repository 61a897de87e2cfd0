"""A folder with everything that programs that copy files are known to get wrong."""

import os
import socket
import stat
import subprocess

NAMES = [
    b"plain", b"latin1-\xe9\xff.txt", "nfc-\u00e9".encode(), "nfd-e\u0301".encode(), b"new\nline",
    b"tab\tctl\x01", b"-dash", b"--help", b"a" * 255, b"Case", b"case", b" lead trail ", b"dot.",
    b"CON", b"quote\"'`$(x)", "emoji-\U0001f600".encode(), "rtl-\u202egpj.exe".encode(),
    b"back\\slash", b"..hidden", b"...", b"star*?[]", b"\x1b]52;c;aGk=\x07", b"empty"]
LINKS = {
    b"sl": b"plain", b"sl-abs": b"/etc/passwd", b"sl-out": b"../../outside", b"sl-dang": b"dangling",
    b"loop": b"loop", b"sl-bytes": b"\xff\xfe"}
SPECIAL = {b"fifo", b"sock", b"chr", b"blk"}
# Kept, but not these facts of it: owner, access control list, capability.
UNOWNED = {b"own"}


def make(root):
    os.makedirs(root, exist_ok=True)
    at = lambda name: os.path.join(os.fsencode(root), name)

    def write(name, data=b"x"):
        with open(at(name), "wb") as file:
            file.write(data)

    for name in NAMES:
        write(name, b"" if name == b"empty" else b"x")
    deep = at(b"/".join([b"d" * 100] * 30))
    for depth in range(30):
        os.chdir(os.fsencode(root) if depth == 0 else b"d" * 100)
        os.mkdir(b"d" * 100)
    os.chdir("/")
    os.mkdir(at(b"emptydir"))
    for name, target in LINKS.items():
        os.symlink(target, at(name))
    os.link(at(b"plain"), at(b"hard1"))
    os.link(at(b"sl"), at(b"hardsym"), follow_symlinks=False)
    os.mkfifo(at(b"fifo"))
    os.mknod(at(b"sock"), stat.S_IFSOCK | 0o600)
    if os.geteuid() == 0:
        os.mknod(at(b"chr"), stat.S_IFCHR | 0o600, os.makedev(1, 3))
        os.mknod(at(b"blk"), stat.S_IFBLK | 0o600, os.makedev(7, 99))
    with open(at(b"sparse"), "wb") as file:
        file.truncate(1 << 30)
        file.seek(1 << 29)
        file.write(b"mid")
    for name in (b"suid", b"m000", b"own", b"ns", b"old", b"future", b"xa", b"acl", b"cap"):
        write(name)
    os.chmod(at(b"suid"), 0o6755)
    os.chmod(at(b"m000"), 0 if os.geteuid() == 0 else 0o400)
    os.mkdir(at(b"sticky"))
    os.chmod(at(b"sticky"), 0o1777)
    if os.geteuid() == 0:
        os.chown(at(b"own"), 12345, 54321)
        os.setxattr(at(b"cap"), "security.capability", bytes.fromhex("01000002" + "00200000" + "00" * 12))
    os.setxattr(at(b"xa"), "user.k", b"v\0b")
    os.setxattr(at(b"xa"), "user." + "l" * 200, b"z" * 2000)
    os.mkdir(at(b"xd"))
    os.setxattr(at(b"xd"), "user.d", b"1")
    subprocess.run(["setfacl", "-m", "u:12345:rw", at(b"acl")], check=True)
    os.utime(at(b"ns"), ns=(10**18, 1_234_567_890_987_654_321))
    os.utime(at(b"old"), (-1_000_000_000, -1_000_000_000))
    os.utime(at(b"future"), (8_204_889_600, 8_204_889_600))
    os.utime(at(b"emptydir"), ns=(10**18, 10**18 + 1))


def walk(root):
    """Every entry with all that can be told about it."""
    found = {}
    root = os.fsencode(root)

    def enter(folder, prefix):
        # By descriptor, because the deepest path is longer than a path may be.
        for name in sorted(os.listdir(folder)):
            name = os.fsencode(name)
            if name.startswith(b".freehold"):
                continue
            facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
            kind = stat.S_IFMT(facts.st_mode)
            item = {"kind": kind, "mtime": facts.st_mtime_ns, "uid": facts.st_uid}
            if kind != stat.S_IFLNK:
                item["mode"] = stat.S_IMODE(facts.st_mode)
            if kind == stat.S_IFLNK:
                item["target"] = os.readlink(name, dir_fd=folder)
            elif kind == stat.S_IFREG:
                item["size"], item["links"] = facts.st_size, facts.st_nlink
                item["sparse"] = facts.st_blocks * 512 < facts.st_size / 2
            if kind in (stat.S_IFREG, stat.S_IFDIR):
                flags = os.O_RDONLY | os.O_NOFOLLOW
                file = os.open(name, flags, dir_fd=folder)
                attributes = os.listxattr(file)
                item["attributes"] = {key: os.getxattr(file, key) for key in attributes}
                if kind == stat.S_IFREG:
                    item["start"] = os.pread(file, 64, 0)
                    item["middle"] = os.pread(file, 64, 1 << 29)
                else:
                    enter(file, prefix + name + b"/")
                os.close(file)
            found[prefix + name] = item

    top = os.open(root, os.O_RDONLY)
    enter(top, b"")
    os.close(top)
    return found
