"""Sends a router advertisement to a namespace whose sysctls are set as given, and says whether its default route was taken.
Input: a list of cases, each the sysctls as [key, value] in the order in which they are written; the interface is up0.
Output: for each case true, false, or a text that says why the kernel does not let us."""
import json, socket, struct, sys, time
from namespaces import Ns, link

ROUTER = "fe80::1"
ALL_NODES = "ff02::1"


def advertisement():
    # RFC 4861 section 4.2: type 134, hop limit 64, no flags, router lifetime 1800 s; the kernel fills in the checksum.
    return struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)


def taken(settings):
    host, router = Ns("h"), Ns("r")
    try:
        link(host, router, "up0", "dn0")
        router.ip("addr add %s/64 dev dn0 nodad" % ROUTER)
        # Duplicate address detection would only take time.
        host.ip("addr add fe80::2/64 dev up0 nodad")
        for key, value in settings:
            host.sysctl(key, value)
        sock = router.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        index = router.inside(socket.if_nametoindex, "dn0")
        # What does not come with a hop limit of 255 is not taken (section 6.1.2).
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        sock.bind((ROUTER, 0, 0, index))
        end = time.monotonic() + 2
        while time.monotonic() < end:
            sock.sendto(advertisement(), (ALL_NODES, 0, 0, index))
            if "default" in host.ip("-6 route show default"):
                return True
            time.sleep(0.1)
        return False
    except OSError as error:
        return "the kernel does not let us: %s" % error
    finally:
        host.close()
        router.close()


json.dump([taken(case) for case in json.load(sys.stdin)], sys.stdout)
