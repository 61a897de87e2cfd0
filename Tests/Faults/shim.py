"""The environment that makes one call of a process go wrong (fault.c)."""

import os

from world import SHIM

ERRNO = {"EIO": 5, "EFBIG": 27, "ENOSPC": 28, "EDQUOT": 122}


def counting(log):
    return {"LD_PRELOAD": SHIM, "FAULT_LOG": log}


def kill(n, **more):
    return {"LD_PRELOAD": SHIM, "FAULT_AT": str(n), "FAULT_DO": "kill", **more}


def tear(n, keep, **more):
    return {
        "LD_PRELOAD": SHIM, "FAULT_AT": str(n), "FAULT_DO": "tear", "FAULT_KEEP": str(keep),
        "FAULT_FILES": "1", "FAULT_CALLS": "write,pwrite,writev", **more}


def fail(n, error, calls, ever=False, **more):
    return {
        "LD_PRELOAD": SHIM, "FAULT_AT": str(n), "FAULT_DO": "fail", "FAULT_FILES": "1",
        "FAULT_ERRNO": str(ERRNO[error]), "FAULT_CALLS": calls,
        "FAULT_FOR": "on" if ever else "once", **more}


SPACE_CALLS = "write,pwrite,writev,ftruncate,fallocate,mkdir,rename,link,symlink,fsync,fdatasync"


def history(log):
    """All calls that a run has made: a list of (number, name, path), 0 for those not counted."""
    if not os.path.exists(log):
        return []
    with open(log, errors="surrogateescape") as file:
        lines = [line.rstrip("\n").split(" ", 2) for line in file]
    os.remove(log)
    return [(int(line[0]), line[1], line[2]) for line in lines if len(line) == 3]


def calls(log):
    """The counted calls that a run has made: a list of (name, path)."""
    return [(name, path) for number, name, path in history(log) if number]


SYNC_NAMES = {"fsync", "fdatasync"}
CHANGE_NAMES = {"write", "pwrite", "writev", "ftruncate", "fallocate"}


def copied_before_log_went(later, path, must_go=False):
    """Whether a database was written and synced once more before its log was removed or cut.

    Also when the log stays, unless it must go.
    """
    has_changed = has_synced = False
    for _, name, where in later:
        if where == path + "-wal" and name in ("unlink", "ftruncate"):
            return has_synced
        if where == path and name in CHANGE_NAMES:
            has_changed, has_synced = True, False
        if where == path and name in SYNC_NAMES:
            has_synced = has_changed
    return not must_go


def unsynced(made, at, ever):
    """What a failed sync, the `at`-th counted call, may have left unsynced; None for nothing.

    `made` is the history with all calls; with `ever` every later counted call failed as well.
    """
    place = next(i for i, call in enumerate(made) if call[0] == at)
    path = made[place][2]
    later = [call for call in made[place + 1:] if not (ever and call[0])]
    if os.path.isdir(path):
        synced = any(name in SYNC_NAMES and where == path for _, name, where in later)
        return None if synced else f"the names in {path}"
    if path.endswith((".db", ".sqlite")):
        # SQLite's own copying from its log into the file: the log must be kept until that was done
        # once more.
        return None if copied_before_log_went(later, path) else f"the pages of {path}"
    if path.endswith("-wal") and copied_before_log_went(later, path[:-len("-wal")], True):
        # A commit that failed, and that nobody was told of; all others are in the file by now.
        return None
    opened = ("fsync", os.path.dirname(path))
    for _, name, where in reversed(made[:place]):
        if path.endswith("-wal") and (name, where) == opened:
            # Freehold syncs the folder when it has opened the file; SQLite uses fdatasync for it.
            # Before that the log holds only what begins it: nothing that anybody has committed.
            return None
        if where == path and name in CHANGE_NAMES:
            return f"the bytes of {path}"
        if where == path and name in SYNC_NAMES:
            return None
    return f"the bytes of {path}"
