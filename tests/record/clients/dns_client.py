"""Queries by hand, for what dig does not send; prints their JSON lines.

    dns_client.py SERVER
"""

import json
import socket
import struct
import sys

SERVER = (sys.argv[1], 53)
TYPES = {"A": 1, "MX": 15, "TXT": 16, "AAAA": 28}


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def query(number, *questions):
    head = struct.pack(">6H", number, 0, len(questions), 0, 0, 0)
    return head + b"".join(name(n) + struct.pack(">2H", TYPES[t], 1) for n, t in questions)


def line(question, rcode, transport):
    n, t = question
    print(json.dumps({"name": n, "type": t, "rcode": rcode, "transport": transport}))


def framed(message):
    return struct.pack(">H", len(message)) + message


def answers(connection, count):
    """The response codes of `count` answers by their ids."""
    stream, codes = connection.makefile("rb"), {}
    for _ in range(count):
        message = stream.read(struct.unpack(">H", stream.read(2))[0])
        number, flags = struct.unpack(">2H", message[:4])
        codes[number] = flags & 15
    return codes


def over_tcp():
    questions = [("www.example.org", "A"), ("mail.example.org", "A"), ("missing.example.org", "TXT")]
    c = socket.create_connection(SERVER, timeout=10)
    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Three queries in one segment; answers may come in any order.
    c.sendall(b"".join(framed(query(10 + i, q)) for i, q in enumerate(questions)))
    assert answers(c, 3) == {10: 0, 11: 0, 12: 3}
    # One query in many segments, the first of them half of its length.
    data = framed(query(13, ("example.org", "MX")))
    for place in range(len(data)):
        c.sendall(data[place : place + 1])
    assert answers(c, 1) == {13: 0}
    c.close()
    for question, code in zip(questions, ["NOERROR", "NOERROR", "NXDOMAIN"]):
        line(question, code, "tcp")
    line(("example.org", "MX"), "NOERROR", "tcp")


def over_udp():
    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    c.settimeout(5)
    c.connect(SERVER)
    # The same id used again for another question, from the same port.
    for question in (("www.example.org", "A"), ("www.example.org", "AAAA")):
        c.send(query(77, question))
        assert c.recv(4096)[3] & 15 == 0
        line(question, "NOERROR", "udp")
    # Two questions: a format error.
    c.send(query(78, ("www.example.org", "A"), ("mail.example.org", "A")))
    assert c.recv(4096)[3] & 15 == 1
    line(("www.example.org", "A"), "FORMERR", "udp")
    # The message ends within its question: an answer that says so, without a question.
    c.send(query(79, ("cut.example.org", "A"))[:-6])
    assert c.recv(4096)[3] & 15 == 1


over_tcp()
over_udp()
