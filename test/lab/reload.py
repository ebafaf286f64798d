#!/usr/bin/env python3
"""Which way of reloading a stateful firewall drops a TCP connection that is already flowing? Reads a JSON list of cases (the
arguments of `case`) and prints a JSON list of verdicts: ok, STALL, or ERR with the reason."""
import json, os, socket, sys, time
from concurrent.futures import ThreadPoolExecutor
from namespaces import Flow, Ns, forget_connections, link

PORT = 6800
RATE = float(os.environ.get("LAB_RATE", 10e6))       # bytes/s of each test flow
RCVBUF = int(os.environ.get("LAB_RCVBUF", 1 << 20))
BIN = {"ipt-nft": "iptables-nft", "ipt-legacy": "iptables-legacy"}


def nft_rules(style, flush=True, out="open", policy="drop"):
    acc = {"strict": "tcp dport %d tcp flags & (fin|syn|rst|ack) == syn ct state new accept" % PORT,
           "port": "tcp dport %d accept" % PORT, "stateless": ""}[style]
    pre = "tcp dport %d accept\n    tcp sport %d accept" % (PORT, PORT) if style == "stateless" else ""
    return ("flush ruleset\n" if flush else "") + """
table inet fw {
  chain input {
    type filter hook input priority 0; policy %s;
    iif lo accept
    %s
    ct state established,related counter accept
    ct state invalid counter drop
    %s
    counter
  }%s
}
""" % (policy, pre, acc, "" if out == "open" else """
  chain output {
    type filter hook output priority 0; policy %s;
    ct state established,related accept
    ct state invalid drop
    tcp flags & (fin|syn|rst|ack) == syn ct state new accept
  }""" % policy)


def ipt_rules(style, out="open"):
    acc = {"strict": "-A INPUT -p tcp --dport %d --syn -m conntrack --ctstate NEW -j ACCEPT" % PORT,
           "port": "-A INPUT -p tcp --dport %d -j ACCEPT" % PORT,
           "stateless": "-I INPUT -p tcp --dport %d -j ACCEPT" % PORT}[style]
    return ["-A INPUT -i lo -j ACCEPT",
            "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            "-A INPUT -m conntrack --ctstate INVALID -j DROP", acc] + ([] if out == "open" else [
            "-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            "-A OUTPUT -p tcp --syn -m conntrack --ctstate NEW -j ACCEPT",
            "-A OUTPUT -j DROP"])


class Fw:
    """A stateful input firewall on one namespace, in one of three backends."""
    def __init__(self, ns, backend, style, out="open"):
        self.ns, self.backend, self.style, self.out = ns, backend, style, out
        self.bin = BIN.get(backend)

    def load(self):                                  # atomic load
        if self.backend == "nft":
            self.ns.run("nft -f -", inp=nft_rules(self.style, out=self.out))
        else:
            self.ns.run(self.bin + "-restore", inp="*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
                        + "\n".join(ipt_rules(self.style, self.out)) + "\nCOMMIT\n")

    def load_soft(self):                             # tracking on, nothing dropped yet
        if self.backend == "nft":
            self.ns.run("nft -f -", inp=nft_rules(self.style, out=self.out, policy="accept").replace("ct state invalid counter drop", "ct state invalid counter"))
        else:
            self.ns.run("%s -I INPUT -m conntrack --ctstate NEW -j ACCEPT" % self.bin)

    def flush(self):                                 # leave the host open
        if self.backend == "nft":
            self.ns.run("nft flush ruleset")
        else:
            self.ns.run("%s -P INPUT ACCEPT; %s -F" % (self.bin, self.bin))

    def flush_keep_drop(self):
        self.ns.run("nft flush chain inet fw input" if self.backend == "nft" else self.bin + " -F")

    def readd(self):                                 # rule by rule
        if self.backend == "nft":
            self.ns.run("nft -f -", inp=nft_rules(self.style, False, self.out))
        else:
            self.ns.run("; ".join("%s %s" % (self.bin, r) for r in ipt_rules(self.style, self.out)) + "; %s -P INPUT DROP" % self.bin)

    def notrack(self, on):
        if self.backend == "nft":
            if on:
                self.ns.run("nft -f -", inp="""
table inet nt {
  chain p { type filter hook prerouting priority -300; tcp dport %d notrack; tcp sport %d notrack
  }
  chain o { type filter hook output priority -300; tcp dport %d notrack; tcp sport %d notrack
  }
}
insert rule inet fw input ct state untracked accept
""" % ((PORT,) * 4))
            else:
                self.load()
        else:
            if on:
                self.ns.run("%s -I INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT" % self.bin)
            for ch in ("PREROUTING", "OUTPUT"):
                for d in ("dport", "sport"):
                    self.ns.run("%s -t raw -%s %s -p tcp --%s %d -j CT --notrack" % (self.bin, "A" if on else "D", ch, d, PORT))
            if not on:
                self.ns.run("%s -D INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT" % self.bin)


def case(method, backend="nft", style="strict", fwside="rx", role="server", traffic="stream", liberal=0, loose=1, half=False, gap=0.8, watch=2.0, out="open", keep=0):
    """fwside: is the firewalled host the 'rx' (receiver) or 'tx' of the stream;
    role: is it 'server' or 'client' of the TCP connection;
    traffic: 'stream' (never stops), 'peer' / 'self' (quiet around the reload, then
    the peer / the firewalled host talks first)."""
    a, b = Ns("a"), Ns("b")
    try:
        link(a, b, "eth0", "eth0", "10.77.0.1/24", "10.77.0.2/24")
        b.sysctl("net.netfilter.nf_conntrack_tcp_be_liberal", liberal)
        b.sysctl("net.netfilter.nf_conntrack_tcp_loose", loose)
        fw = Fw(b, backend, style, out)
        if method not in ("first-enabled", "phased"):
            fw.load()
        if keep:                 # one harmless rule that needs conntrack, in a table no reload touches
            b.run("nft -f -", inp="table ip keep {\n chain c { type filter hook input priority 300\n ct state invalid counter\n }\n}\n")
        cl, sv, addr = (a, b, "10.77.0.2") if role == "server" else (b, a, "10.77.0.1")
        sender = ("client" if (fwside == "tx") == (role == "client") else "server")
        f = Flow(cl, sv, addr, PORT, sender, RATE, RCVBUF)
        time.sleep(0.6)
        if half:
            f.half_close()
            time.sleep(0.2)

        def quiet():
            if traffic != "stream":
                f.paused.set()
                time.sleep(0.35)
        if method == "atomic":
            quiet(); fw.load()
        elif method == "two-step":
            fw.flush(); time.sleep(gap); quiet(); fw.load()
        elif method == "restart":
            fw.flush(); quiet(); fw.load()
        elif method == "one-by-one":
            fw.flush(); time.sleep(gap); quiet(); fw.readd()
        elif method == "drop-gap":
            fw.flush_keep_drop(); time.sleep(gap); quiet(); fw.load() if backend == "nft" else fw.readd()
        elif method == "conntrack-flush":
            quiet(); forget_connections(b)
        elif method == "first-enabled":
            quiet(); fw.load()
        elif method == "phased":
            fw.load_soft(); time.sleep(1.2); quiet(); fw.load()
        elif method == "notrack-toggled":
            fw.notrack(True); time.sleep(gap); quiet(); fw.notrack(False)
        if traffic == "self" and fwside == "rx" and not half:
            f.rx.sendall(b"hello")           # the firewalled receiver talks first
            time.sleep(0.05)
        if traffic != "stream":
            time.sleep(0.1)
            f.paused.clear()
        time.sleep(watch)
        t1 = time.monotonic()
        tail = f.bytes_between(t1 - 1, t1)
        f.close()
        return "STALL" if tail == 0 else "ok"
    finally:
        a.close(); b.close()


def attempt(arguments):
    for _ in range(2):
        try:
            return case(**arguments)
        except (RuntimeError, OSError) as error:
            failed = "ERR %s" % error
    return failed


if __name__ == "__main__":
    with ThreadPoolExecutor(8) as pool:
        json.dump(list(pool.map(attempt, json.load(sys.stdin))), sys.stdout)
