"""Pings from one of two namespaces that a tunnel connects to the other, and says which pings are answered. Input: a list
of cases `{underlay, kind, mtu, commands}`; `mtu` null leaves the kernel's default. Output: for each case the device's MTU
and, for each command, whether it was answered. Of ping(8)'s options -s and -M do count; the echo requests are sent here,
since not every machine has ping. Where the kernel has no GRE or IPIP device, a TUN device stands for it: packets are
wrapped here and sent by the kernel with "don't fragment", as the devices do by default."""
import fcntl, json, os, select, shlex, socket, struct, sys, threading, time
from namespaces import Ns, link

# What `ip link add t0 type` takes for each kind; the devices whose lack is a reason to skip are told by `error`.
KINDS = {
    "gre": "gre local {l} remote {r} ttl 64",
    "ipip": "ipip local {l} remote {r} ttl 64",
    "gretap": "gretap local {l} remote {r} ttl 64",
    # RFC 7348 section 4.3: VTEPs must not fragment. Linux does unless it is told not to.
    "vxlan": "vxlan id 7 local {l} remote {r} dstport 4789 df set",
}
# IP protocol number and header of what a TUN device stands for.
WRAPPED = {"gre": (47, b"\0\0\x08\0"), "ipip": (4, b"")}


class Wrapper:
    """A TUN device t0 whose packets go to the other end as the kernel's own tunnel device would send them."""

    def __init__(self, ns, kind, local, remote):
        protocol, header = WRAPPED[kind]
        self.tun = ns.inside(os.open, "/dev/net/tun", os.O_RDWR)
        ns.inside(fcntl.ioctl, self.tun, 0x400454ca, struct.pack("16sH14x", b"t0", 0x1001))
        self.raw = ns.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
        self.raw.setsockopt(socket.IPPROTO_IP, 10, 2)
        self.raw.bind((local, 0))
        self.remote, self.header, self.stop = remote, header, False
        self.thread = threading.Thread(target=self.forward, daemon=True)
        self.thread.start()

    def forward(self):
        while not self.stop:
            for ready in select.select([self.tun, self.raw], [], [], 0.1)[0]:
                try:
                    if ready is self.raw:
                        packet = self.raw.recv(65536)
                        os.write(self.tun, packet[(packet[0] & 15) * 4 + len(self.header):])
                    else:
                        self.raw.sendto(self.header + os.read(self.tun, 65536), (self.remote, 0))
                except OSError:
                    pass        # EMSGSIZE: it does not fit into the link, and is lost

    def close(self):
        self.stop = True
        self.thread.join()
        self.raw.close()
        os.close(self.tun)


def run(case):
    a, b, wrappers = Ns("a"), Ns("b"), []
    try:
        link(a, b, "u0", "u0", "192.0.2.1/24", "192.0.2.2/24", case["underlay"])
        for ns, l, r, inner in ((a, "192.0.2.1", "192.0.2.2", "10.9.0.1/30"), (b, "192.0.2.2", "192.0.2.1", "10.9.0.2/30")):
            try:
                ns.ip("link add t0 type " + KINDS[case["kind"]].format(l=l, r=r))
            except RuntimeError as e:
                if case["kind"] not in WRAPPED or not case.get("mtu") or not os.path.exists("/dev/net/tun"):
                    return {"error": str(e)}
                wrappers.append(Wrapper(ns, case["kind"], l, r))
            if case.get("mtu"):
                ns.ip("link set t0 mtu %d" % case["mtu"])
            ns.ip("link set t0 up")
            ns.ip("addr add %s dev t0" % inner)
        mtu = json.loads(a.ip("-j link show t0"))[0]["mtu"]
        return {"mtu": mtu, "passed": [ok(a, c) for c in case["commands"]]}
    finally:
        for wrapper in wrappers:
            wrapper.close()
        a.close()
        b.close()


def ok(ns, command):
    words = shlex.split(command)
    size = int(words[words.index("-s") + 1]) if "-s" in words else 56
    whole = "-M" in words and words[words.index("-M") + 1] == "do"
    return ns.inside(answered, words[-1], size, whole)


def answered(address, size, whole):
    """Like ping(8): without -M the kernel decides, IP_PMTUDISC_WANT; with -M do no fragments, IP_PMTUDISC_DO."""
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    try:
        s.setsockopt(socket.IPPROTO_IP, 10, 2 if whole else 1)
        s.settimeout(0.3)
        for number in range(3):
            packet = struct.pack("!BBHHH", 8, 0, 0, 7, number) + bytes(size)
            packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
            try:
                s.sendto(packet, (address, 0))
            except OSError:
                continue        # EMSGSIZE: larger than the path is known to carry
            until = time.monotonic() + 0.3
            while time.monotonic() < until:
                try:
                    got = s.recv(65536)
                except OSError:
                    break
                reply = got[(got[0] & 15) * 4:]
                if reply[0] == 0 and reply[6:8] == packet[6:8] and len(reply) == len(packet):
                    return True
        return False
    finally:
        s.close()


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data[:len(data) // 2 * 2]))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
