"""Browses for printers with python3-zeroconf, resolves the one found, and announces a service of its own.

    mdns_client.py ADDRESS
"""

import socket
import sys
import threading

from zeroconf import ServiceBrowser, ServiceInfo, Zeroconf

found = threading.Event()


class Listener:
    def add_service(self, zeroconf, kind, name):
        assert zeroconf.get_service_info(kind, name, timeout=5000)
        found.set()

    def update_service(self, *_):
        pass

    remove_service = update_service


zeroconf = Zeroconf(interfaces=[sys.argv[1]])
ServiceBrowser(zeroconf, "_ipp._tcp.local.", Listener())
assert found.wait(15), "no printer found"
web = ServiceInfo(
    "_http._tcp.local.",
    "Example._http._tcp.local.",
    80,
    addresses=[socket.inet_aton(sys.argv[1])],
    properties={"path": "/"},
    server="client.local.",
)
zeroconf.register_service(web)
zeroconf.unregister_service(web)
zeroconf.close()
