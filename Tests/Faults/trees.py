"""Test trees, their edits, and whether two trees are the same."""

import hashlib
import os
import random
import shutil
import stat


def write(root, name, data, mode=None, mtime=None):
    path = os.path.join(os.fsencode(root), os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    if mode is not None:
        os.chmod(path, mode)
    if mtime is not None:
        os.utime(path, ns=(mtime, mtime))


def noise(seed, count):
    return random.Random(seed).randbytes(count)


def make(root, scale=1):
    """A small tree of every kind of file that a person keeps."""
    write(root, "notes/plan.txt", b"first\nsecond\n")
    write(root, "notes/long.txt", b"".join(b"line %d\n" % n for n in range(4000 * scale)))
    write(root, "notes/empty", b"")
    write(root, "photos/a.jpg", noise(1, 300_000 * scale))
    write(root, "photos/b.jpg", noise(2, 200_000 * scale))
    write(root, "photos/old/c.jpg", noise(3, 90_000), mtime=1_234_567_890_123_456_789)
    write(root, "film.bin", noise(4, 2_500_000 * scale))
    write(root, "tools/run", b"#!/bin/sh\necho hello\n", mode=0o755)
    write(root, "names/Größe ☂.txt", b"umbrella")
    write(root, b"names/latin-\xe9", b"not UTF-8")
    write(root, "leave/one", b"to be deleted")
    write(root, "leave/two", noise(5, 40_000))
    write(root, "move/me/deep.txt", b"moves with its folder")
    os.makedirs(os.path.join(root, "hollow"), exist_ok=True)
    os.symlink("notes/plan.txt", os.path.join(root, "shortcut"))
    os.link(os.path.join(root, "tools/run"), os.path.join(root, "tools/twin"))


def edit(root, scale=1):
    """New, changed, moved and deleted files."""
    at = lambda name: os.path.join(root, name)
    write(root, "new/small.txt", b"new and small")
    write(root, "new/large.bin", noise(6, 1_300_000 * scale))
    write(root, "notes/plan.txt", b"first\nchanged\nthird\n")
    with open(at("film.bin"), "r+b") as file:
        file.seek(1_000_000)
        file.write(noise(7, 5_000))
    with open(at("notes/long.txt"), "ab") as file:
        file.write(b"one more line\n")
    os.rename(at("move/me"), at("moved"))
    os.rename(at("photos/b.jpg"), at("photos/renamed.jpg"))
    os.remove(at("leave/one"))
    shutil.rmtree(at("photos/old"))
    os.chmod(at("names/Größe ☂.txt"), 0o600)
    os.remove(at("shortcut"))
    os.symlink("new/small.txt", at("shortcut"))


def state(root):
    """What there is, by path: kind, mode, time, content. Freehold's own files are left out."""
    root = os.fsencode(root)
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(b".freehold")]
        for name in folders + files:
            if name.startswith(b".freehold"):
                continue
            path = os.path.join(folder, name)
            facts = os.lstat(path)
            kind = stat.S_IFMT(facts.st_mode)
            if stat.S_ISLNK(kind):
                value = ("link", os.readlink(path))
            elif stat.S_ISDIR(kind):
                value = ("folder", stat.S_IMODE(facts.st_mode))
            elif stat.S_ISREG(kind):
                with open(path, "rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                value = ("file", digest, stat.S_IMODE(facts.st_mode), facts.st_mtime_ns)
            else:
                continue
            found[os.path.relpath(path, root)] = value
    return found


def differences(wanted, found):
    """The first few differences between two states, as text; empty when there is none."""
    names = sorted(set(wanted) | set(found))
    return [
        f"{name!r}: {wanted.get(name)} and {found.get(name)}"
        for name in names if wanted.get(name) != found.get(name)][:5]


def mixed(old, new, found):
    """Files that are neither as they were before nor as they are now."""
    wrong = []
    for name, value in found.items():
        contents = {known[name][:2] for known in (old, new) if name in known}
        if value[0] == "file" and value[:2] not in contents:
            wrong.append(f"{name!r}: {value}")
    both = [name for name in old if name in new and old[name][:2] == new[name][:2]]
    wrong += [f"{name!r} is missing" for name in both if name not in found]
    return wrong[:5]
