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


def calls(log):
    """The calls that a run has made: a list of (name, path)."""
    if not os.path.exists(log):
        return []
    with open(log, errors="surrogateescape") as file:
        lines = [line.rstrip("\n").split(" ", 2) for line in file]
    os.remove(log)
    return [(line[1], line[2]) for line in lines if len(line) == 3]
