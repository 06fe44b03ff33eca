"""Link-local multicast name resolution (RFC 4795), the least of it.

    llmnr.py answer INTERFACE-ADDRESS NAME ADDRESS    answers questions for NAME
    llmnr.py ask INTERFACE-ADDRESS NAME TYPE          asks, and prints what came as a JSON line
"""

import json
import socket
import struct
import sys

GROUP, PORT = "224.0.0.252", 5355


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def answer(interface, name, address):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", PORT))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + socket.inet_aton(interface))
    while True:
        query, sender = s.recvfrom(9000)
        question = query[12:]
        if question != encoded(name) + struct.pack(">2H", 1, 1):
            continue
        head = query[:2] + struct.pack(">5H", 0x8000, 1, 1, 0, 0)
        record = encoded(name) + struct.pack(">2HIH", 1, 1, 30, 4) + socket.inet_aton(address)
        s.sendto(head + question + record, sender)


def ask(interface, name, kind):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
    s.bind((interface, 0))
    s.settimeout(0.5)
    query = struct.pack(">6H", 0x4C4C, 0, 1, 0, 0, 0) + encoded(name) + struct.pack(">2H", 1, 1)
    s.sendto(query, (GROUP, PORT))
    try:
        s.recvfrom(9000)
        rcode = "NOERROR"
    except TimeoutError:
        rcode = None
    print(json.dumps({"protocol": "llmnr", "name": name, "type": kind, "rcode": rcode}))


{"answer": answer, "ask": ask}[sys.argv[1]](*sys.argv[2:])
