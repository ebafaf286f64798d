#!/usr/bin/env python3
"""A full table of connections, inside a private namespace. nf_conntrack_max is one number for the whole kernel, but the count
that it is compared with is per namespace: this fills the private table with dummy entries that live 60 s. Prints JSON."""
import json, socket, struct, sys, threading, time
from namespaces import Ns, link

PORT = 6800
N = 120


def attr(t, data, nested=False):
    n = len(data) + 4
    return struct.pack("HH", n, t | (0x8000 if nested else 0)) + data + b"\0" * (-n % 4)


def fill(limit, flags=8 | 4 | 2):
    """Add `limit` UDP entries to the current namespace's table; True when the kernel says full."""
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    s.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)
    s.setsockopt(socket.SOL_SOCKET, 32, 1 << 22)
    s.bind((0, 0))

    def tup(t, src, dst, sp, dp):
        return attr(t, attr(1, attr(1, src) + attr(2, dst), True)
                    + attr(2, attr(1, b"\x11") + attr(2, sp) + attr(3, dp), True), True)
    tail = attr(3, struct.pack(">I", flags)) + attr(7, struct.pack(">I", 60))
    dst, dp = bytes([198, 18, 0, 1]), b"\0\x35"
    # template once, then only patch the source address and port in both tuples
    src, sp = b"\xf1\xf2\xf3\xf4", b"\xe1\xe2"
    body = struct.pack("BBH", 2, 0, 0) + tup(1, src, dst, sp, dp) + tup(2, dst, src, dp, sp) + tail
    msg = bytearray(struct.pack("IHHII", len(body) + 16, 0x100, 1 | 0x200 | 0x400, 1, 0) + body)
    a1, a2 = msg.find(src), msg.rfind(src)
    p1, p2 = msg.find(sp), msg.rfind(sp)
    batch, full = [], 0
    for i in range(limit):
        ip = struct.pack(">I", 0xC6120002 + i // 60000)
        port = struct.pack(">H", 1024 + i % 60000)
        msg[a1:a1 + 4] = msg[a2:a2 + 4] = ip
        msg[p1:p1 + 2] = msg[p2:p2 + 2] = port
        batch.append(bytes(msg))
        if len(batch) == 256 or i == limit - 1:
            s.send(b"".join(batch))
            batch = []
            while True:
                try:
                    d = s.recv(1 << 16, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    break
                if struct.unpack_from("i", d, 16)[0] == -12:         # ENOMEM: table full
                    full += 1
            if full > 8:
                return True
    return full > 0


def tries(a, addr):
    """How many of N new connections are accepted within 1.5 s."""
    socks = []
    for _ in range(N):
        c = a.socket(socket.AF_INET, socket.SOCK_STREAM)
        c.setblocking(False)
        c.connect_ex((addr, PORT))
        socks.append(c)
    time.sleep(1.5)
    ok = 0
    for c in socks:
        try:
            c.getpeername()
            ok += 1
        except OSError:
            pass
        c.close()
    return ok


def server(b, addr):
    ls = b.socket(socket.AF_INET, socket.SOCK_STREAM)
    ls.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ls.bind((addr, PORT))
    ls.listen(1024)

    def go():
        while True:
            try:
                c, _ = ls.accept()
                threading.Thread(target=lambda c=c: [c.sendall(d) for d in iter(lambda: c.recv(99), b"")], daemon=True).start()
            except OSError:
                return
    threading.Thread(target=go, daemon=True).start()
    return ls


TRACK = """flush ruleset
table inet fw { chain input { type filter hook input priority 0; policy drop
    ct state established,related accept
    ct state invalid counter drop
    tcp dport 6800 ct state new counter accept
  }
}
"""
NOTRACK = TRACK.replace("tcp dport 6800 ct state new counter accept", "tcp dport 6800 counter accept") + """
table inet raw {
  chain pre { type filter hook prerouting priority -300; tcp dport 6800 counter notrack
  }
  chain out { type filter hook output priority -300; tcp sport 6800 counter notrack
  }
}
"""


def main():
    a, b = Ns("a"), Ns("b")
    link(a, b, "eth0", "eth0", "10.77.0.1/24", "10.77.0.2/24")
    server(b, "10.77.0.2")
    b.run("nft -f -", inp=TRACK)
    limit = int(b.sysctl("net.netfilter.nf_conntrack_max"))
    if limit > 600000:
        print(json.dumps({"skip": "nf_conntrack_max is %d, too many entries to fill" % limit}))
        return
    old = a.socket(socket.AF_INET, socket.SOCK_STREAM)
    old.settimeout(1)
    old.connect(("10.77.0.2", PORT))
    before = tries(a, "10.77.0.2")
    full = b.inside(fill, limit + 4096)
    refused = N - tries(a, "10.77.0.2")
    try:
        old.sendall(b"hi")
        alive = old.recv(9) == b"hi"
    except OSError:
        alive = False
    b.run("nft -f -", inp=NOTRACK)
    print(json.dumps({"attempts": N, "empty": before, "full": full, "refused": refused, "old": alive, "notrack": tries(a, "10.77.0.2")}))


if __name__ == "__main__":
    main()
