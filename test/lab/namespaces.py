"""Private network namespaces, veth pairs and TCP flows for the lab's tests. Everything happens in namespaces made here:
the machine's own firewall, addresses and sysctls are never touched."""
import atexit, ctypes, os, signal, socket, struct, subprocess, sys, threading, time

_libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
_ROOTNS = os.open("/proc/self/ns/net", os.O_RDONLY)
_all = []


def sh(cmd, check=True, inp=None):
    """Run a command (list or string) and return its stdout."""
    p = subprocess.run(cmd, shell=isinstance(cmd, str), input=inp, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if check and p.returncode:
        raise RuntimeError("%r -> %d: %s" % (cmd, p.returncode, p.stderr.strip()))
    return p.stdout


class Ns:
    """A network namespace made by (and removed with) this process."""
    _n = 0
    _lock = threading.Lock()

    def __init__(self, tag):
        with Ns._lock:
            Ns._n += 1
            self.name = "lab%d-%d%s" % (os.getpid(), Ns._n, tag)
        sh(["ip", "netns", "add", self.name])
        _all.append(self)
        self.fd = os.open("/run/netns/" + self.name, os.O_RDONLY)
        self.run("ip link set lo up")

    def run(self, cmd, check=True, inp=None):
        pre = ["ip", "netns", "exec", self.name]
        cmd = ["sh", "-c", cmd] if isinstance(cmd, str) else list(cmd)
        return sh(pre + cmd, check, inp)

    def ip(self, cmd, check=True):
        return sh(["ip", "-n", self.name] + cmd.split(), check)

    def inside(self, fn, *a, **kw):
        """Call fn with this thread moved into the namespace, then move back."""
        if _libc.setns(self.fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            return fn(*a, **kw)
        finally:
            _libc.setns(_ROOTNS, CLONE_NEWNET)

    def sysctl(self, key, val=None):
        path = "/proc/sys/" + key.replace(".", "/")

        def go():
            if val is None:
                with open(path) as f:
                    return f.read().strip()
            with open(path, "w") as f:
                f.write(str(val))
        return self.inside(go)

    def socket(self, *a):
        return self.inside(socket.socket, *a)

    def close(self):
        if self in _all:
            _all.remove(self)
            os.close(self.fd)
            sh(["ip", "netns", "del", self.name], check=False)


def _cleanup():
    for n in list(_all):
        n.close()


atexit.register(_cleanup)
for _s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(_s, lambda *a: sys.exit(130))


def link(a, b, ifa, ifb, cidra=None, cidrb=None, mtu=1500):
    a.ip("link add %s type veth peer name labtmp0" % ifa)
    a.ip("link set labtmp0 netns %s" % b.name)
    b.ip("link set labtmp0 name %s" % ifb)
    for ns, i, c in ((a, ifa, cidra), (b, ifb, cidrb)):
        if c:
            ns.ip("addr add %s dev %s %s" % (c, i, "nodad" if ":" in c else ""))
        ns.ip("link set %s mtu %d up" % (i, mtu))


class Flow:
    """One TCP connection between two namespaces, with byte counters.
    sender is 'client' or 'server'.  Data is paced at `rate` bytes/s."""

    def __init__(self, client, server, addr, port, sender="client", rate=10e6, rcvbuf=1 << 20,
                 chunk=16384, timeout=3):
        fam = socket.AF_INET6 if ":" in addr else socket.AF_INET
        ls = server.socket(fam, socket.SOCK_STREAM)
        ls.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if rcvbuf:
            ls.setsockopt(socket.SOL_SOCKET, 33, rcvbuf)      # SO_RCVBUFFORCE
        ls.bind((addr, port))
        ls.listen(16)
        c = client.socket(fam, socket.SOCK_STREAM)
        if rcvbuf:
            c.setsockopt(socket.SOL_SOCKET, 33, rcvbuf)
        c.settimeout(timeout)
        c.connect((addr, port))
        ls.settimeout(timeout)
        s, _ = ls.accept()
        ls.close()
        for x in (c, s):
            x.settimeout(None)
            x.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client, self.server = c, s
        self.tx, self.rx = (c, s) if sender == "client" else (s, c)
        self.rate, self.chunk = rate, chunk
        self.sent = self.got = 0
        self.marks = []                     # (time, total) at each receive
        self.paused = threading.Event()
        self.stop = False
        self.err = None
        for f in (self._send, self._recv):
            threading.Thread(target=f, daemon=True).start()

    def _send(self):
        buf = b"x" * self.chunk
        t = time.monotonic()
        try:
            while not self.stop:
                if self.paused.is_set():
                    time.sleep(0.01)
                    t = time.monotonic()
                    continue
                self.tx.sendall(buf)
                self.sent += len(buf)
                t += len(buf) / self.rate
                d = t - time.monotonic()
                if d > 0:
                    time.sleep(d)
                elif d < -0.2:
                    t = time.monotonic()
        except OSError as e:
            self.err = e

    def _recv(self):
        try:
            while not self.stop:
                d = self.rx.recv(1 << 18)
                if not d:
                    return
                self.got += len(d)
                self.marks.append((time.monotonic(), self.got))
        except OSError as e:
            self.err = e

    def half_close(self):
        """The receiver of the stream says it will send no more (FIN)."""
        self.rx.shutdown(socket.SHUT_WR)

    def bytes_between(self, t0, t1):
        a = b = 0
        for t, n in list(self.marks):
            if t <= t0:
                a = n
            if t <= t1:
                b = n
        return b - a

    def close(self):
        self.stop = True
        for s in (self.tx, self.rx):
            try:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()


def forget_connections(ns):
    """What `conntrack -F` does: IPCTNL_MSG_CT_DELETE with no tuple empties the namespace's table."""
    s = ns.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    s.bind((0, 0))
    s.send(struct.pack("IHHIIBBH", 20, 0x102, 1 | 4, 1, 0, 0, 0, 0))
    code = struct.unpack_from("i", s.recv(4096), 16)[0]
    s.close()
    if code:
        raise OSError(-code, "conntrack flush")
