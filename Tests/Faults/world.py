"""Devices, nodes and folders of a test: real processes, loopback only, one temporary folder."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FREEHOLD = os.path.realpath(os.environ.get("FREEHOLD", ".build/release/freehold"))
NODE = os.path.realpath(os.environ.get("NODE", ".build/release/freehold-node"))
PORT = int(os.environ.get("PORT", "7500"))
SHIM = os.environ.get("FAULT_SHIM", "")
KEEP = bool(os.environ.get("KEEP"))


class Result:
    """What a command answered."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        """The last line of the output as JSON; an empty object when it is none."""
        try:
            return json.loads(self.out.strip().splitlines()[-1])
        except (ValueError, IndexError):
            return {}

    def __str__(self):
        return f"exit {self.code}: {(self.err.strip() or self.out.strip())[-600:]}"


def run(command, env=None, cwd=None, timeout=120):
    """Runs a command; a hang is the code -1000."""
    started = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="surrogateescape",
        start_new_session=True)
    try:
        out, err = started.communicate(timeout=timeout)
        return Result(started.returncode, out, err)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        out, err = started.communicate()
        return Result(-1000, out, err + f"\nno end after {timeout} s")


class World:
    """A temporary folder with nodes and devices in it."""

    def __init__(self, port=PORT, root=None):
        self.owns = root is None
        self.root = root or tempfile.mkdtemp(prefix="freehold-faults.", dir=os.environ.get("TMPDIR"))
        self.port = port
        self.nodes = {}

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    # Devices

    def device(self, home, *arguments, env=None, timeout=120, before=()):
        """Runs the command as the device whose state is in the folder `home`."""
        return run(
            [*before, FREEHOLD, *arguments], timeout=timeout, cwd=self.root,
            env={"FREEHOLD_HOME": self.path(home), **(env or {})})

    def init(self, home="home", folder="folder", env=None, **more):
        return self.device(
            home, "init", self.path(folder), "--name", "laptop", "--recovery-out",
            self.path("sheet"), "--no-passphrase", env=env, **more)

    def inside(self, *arguments, home="home", folder="folder", **more):
        """Runs the command in the vault's folder."""
        return self.device(home, *arguments, "-C", self.path(folder), **more)

    def start_link(self, home="home", folder="folder"):
        """A code from the device that has the vault, and the process that waits for its use."""
        line = self.path("code")
        if os.path.exists(line):
            os.remove(line)
        process = subprocess.Popen(
            [FREEHOLD, "link", "--out", line, "-C", self.path(folder)],
            env={**os.environ, "FREEHOLD_HOME": self.path(home)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        require(wait_until(lambda: os.path.exists(line)), "link gives a code")
        return open(line).read().split()[2], process

    def join(self, home, folder, name="second"):
        """Another device of the vault."""
        code, link = self.start_link()
        joined = self.device(
            home, "join", code, self.path(folder), "--no-passphrase", "--name", name)
        require(joined.code == 0, f"join: {joined}")
        link.communicate(timeout=30)
        require(link.returncode == 0, "link ends well")

    # Nodes

    def data(self, number):
        return self.path(f"node{number}")

    def node_command(self, number, verb, *arguments, env=None):
        return run([NODE, verb, "--data", self.data(number), *arguments], env=env)

    def make_node(self, number, size="1GiB", env=None):
        address = f"127.0.0.1:{self.port + number}"
        made = self.node_command(
            number, "init", "--size", size, "--listen", address, "--region", f"region-{number}",
            "--operator", f"operator-{number}", env=env)
        require(made.code == 0, f"init of node {number}: {made}")

    def start_node(self, number, env=None, before=(), command=None, wait=20):
        """Starts a node; returns whether it became ready before it ended."""
        log = open(self.path(f"node{number}.log"), "ab")
        process = subprocess.Popen(
            [*before, *(command or [NODE, "serve"]), "--data", self.data(number)],
            env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=log, start_new_session=True)
        log.close()
        self.nodes[number] = process
        timer = threading.Timer(wait, process.kill)
        timer.start()
        line = process.stdout.readline()
        timer.cancel()
        if b"ready" in line:
            # What is printed later must not fill the pipe.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return True
        process.wait()
        return False

    def stop_node(self, number, how=signal.SIGKILL):
        process = self.nodes.pop(number, None)
        if process and process.poll() is None:
            os.killpg(process.pid, how)
        if process:
            process.wait()

    def invitation(self, number, quota="900MiB"):
        answer = self.node_command(number, "invite", "--quota", quota)
        require(answer.code == 0, f"invite: {answer}")
        return answer.out.strip().splitlines()[-1]

    def add_nodes(self, numbers, redundancy=None):
        for number in numbers:
            added = self.inside("node", "add", self.invitation(number), "--name", f"node{number}")
            require(added.code == 0, f"node add: {added}")
        if redundancy:
            answer = self.inside("redundancy", "set", redundancy)
            require(answer.code == 0, f"redundancy set: {answer}")

    # The whole

    def found(self, nodes=1, redundancy=None, size="1GiB"):
        """A vault in `folder` with so many running nodes."""
        made = self.init()
        require(made.code == 0, f"init: {made}")
        for number in range(1, nodes + 1):
            self.make_node(number, size)
            require(self.start_node(number), f"node {number} starts")
        self.add_nodes(range(1, nodes + 1), redundancy)

    def stop_nodes(self):
        for number in list(self.nodes):
            self.stop_node(number)

    def save(self, name, *parts):
        """Keeps a copy of files and folders, for `reset`."""
        store = self.path("saved-" + name)
        shutil.rmtree(store, ignore_errors=True)
        os.makedirs(store)
        for part in parts:
            subprocess.run(["cp", "-a", "--", self.path(part), store + "/"], check=True)

    def reset(self, name):
        """Puts the kept copies back in place."""
        store = self.path("saved-" + name)
        for part in os.listdir(store):
            source, target = os.path.join(store, part), self.path(part)
            if os.path.isdir(source):
                # In place: a file with another number would be the sign of a copied home. Every
                # file: one that changed within a second may have its old size and time.
                subprocess.run(
                    ["rsync", "-aHX", "--delete", "--inplace", "--no-whole-file", "--ignore-times",
                     source + "/", target + "/"], check=True)
            else:
                shutil.copy2(source, target)

    def close(self):
        self.stop_nodes()
        if self.owns and not KEEP:
            subprocess.run(["chmod", "-R", "u+rwX", self.root], check=False)
            shutil.rmtree(self.root, ignore_errors=True)
        elif KEEP:
            print(f"kept: {self.root}")

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()


class Broken(Exception):
    """The test itself could not be set up, or the oracle says no."""


def require(holds, what):
    if not holds:
        raise Broken(str(what))


def leftovers(*folders):
    """Names that a finished run must not leave: files in the making."""
    found = []
    for folder in folders:
        for where, folders_in, files in os.walk(os.fsencode(folder)):
            for name in files + folders_in:
                if name.startswith((b".part-", b".freehold-")) and name != b".freehold":
                    found.append(os.fsdecode(os.path.join(where, name)))
    return found


def wait_until(holds, seconds=20):
    """Waits for a condition of another process."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False
