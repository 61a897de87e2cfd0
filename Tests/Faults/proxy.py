"""A bad line: stands between a device and a node and does to connections what networks do.

TLS goes through untouched, so this is what anybody on the way can do. Each connection draws one
trouble; bytes are counted in both directions.
"""

import random
import socket
import threading
import time


class Proxy:
    """Listens on one port, forwards to another. `share` of 100 connections are in trouble."""

    TROUBLES = ("cut", "half", "flip", "repeat", "delay", "drip", "refuse", "silent")

    def __init__(self, listen, target, seed=1, share=50, troubles=TROUBLES):
        self.target, self.share, self.troubles = target, share, troubles
        self.chance = random.Random(seed)
        self.met = {}
        self.open = True
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", listen))
        self.server.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.open = False
        # A close alone would leave the port taken while the other thread waits in accept.
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def accept(self):
        while self.open:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            trouble = None
            if self.chance.randrange(100) < self.share:
                trouble = self.chance.choice(self.troubles)
                self.met[trouble] = self.met.get(trouble, 0) + 1
            after = int(10 ** self.chance.uniform(1, 6))
            threading.Thread(target=self.serve, args=(client, trouble, after), daemon=True).start()

    def serve(self, client, trouble, after):
        if trouble == "refuse":
            client.close()
            return
        if trouble == "silent":
            time.sleep(3)
            client.close()
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            server.settimeout(None)
        except OSError:
            client.close()
            return
        # The trouble befalls one direction.
        up = trouble if self.chance.random() < 0.5 else None
        down = trouble if up is None else None
        threading.Thread(target=self.pump, args=(client, server, up, after), daemon=True).start()
        self.pump(server, client, down, after)

    def pump(self, source, sink, trouble, after):
        seen = 0
        try:
            while True:
                data = source.recv(1 << 14)
                if not data:
                    break
                reached = seen + len(data) > after
                if trouble == "delay":
                    time.sleep(0.05)
                elif trouble == "drip" and reached:
                    for offset in range(0, min(len(data), 4096), 512):
                        sink.sendall(data[offset:offset + 512])
                        time.sleep(0.002)
                    data = data[4096:]
                elif trouble == "half" and reached:
                    sink.sendall(data[: max(0, after - seen)])
                    sink.shutdown(socket.SHUT_WR)
                    return
                elif trouble == "cut" and reached:
                    sink.sendall(data[: max(0, after - seen)])
                    break
                elif trouble == "flip" and reached:
                    at = max(0, after - seen)
                    data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:] if at < len(data) else data
                    trouble = None
                elif trouble == "repeat" and reached:
                    data, trouble = data + data, None
                seen += len(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
