#!/usr/bin/env python3
"""Writes quote.pcap beside itself: conversations made up packet by packet, with right checksums. Nothing was recorded.

The same bytes on every run. Times are milliseconds after 2026-01-15 09:00:00 UTC.
"""

import pathlib
import struct
from ipaddress import ip_address

BEGINNING = 1_768_467_600
MACS = bytes.fromhex("020000000025 020000000010".replace(" ", "")) , bytes.fromhex("020000000010 020000000025".replace(" ", ""))
PORT = 7117
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

packets: list[bytes] = []


def checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source: str, target: str, protocol: int, segment: bytes, place: int, to_server: bool) -> None:
    """Adds a frame; the checksum goes into the two bytes of the segment at `place`."""
    a, b = ip_address(source).packed, ip_address(target).packed
    sum_of = checksum(a + b + struct.pack("!II", len(segment), protocol) + segment)
    segment = segment[:place] + struct.pack("!H", sum_of) + segment[place + 2 :]
    if len(a) == 4:
        header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, protocol, 0) + a + b
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        kind = 0x0800
    else:
        header = struct.pack("!IHBB", 6 << 28, len(segment), protocol, 64) + a + b
        kind = 0x86DD
    frame = MACS[not to_server] + struct.pack("!H", kind) + header + segment
    milliseconds = len(packets) * 10
    stamp = struct.pack("<II", BEGINNING + milliseconds // 1000, milliseconds % 1000 * 1000)
    packets.append(stamp + struct.pack("<II", len(frame), len(frame)) + frame)


class Connection:
    """One TCP connection. `client` and `server` send; `keep` and `send_kept` change the order; `lose` sends nothing."""

    def __init__(self, port: int, client: str = "192.0.2.10", server: str = "192.0.2.25", server_port: int = PORT):
        self.ends = (client, port), (server, server_port)
        self.next = [1000, 5000]
        self.kept: list[tuple[int, int, bytes]] = []
        self._send(0, SYN)
        self._send(1, SYN | ACK)
        self._send(0, ACK)

    def _send(self, side: int, flags: int, data: bytes = b"", seq: int | None = None) -> None:
        if seq is None:
            seq = self.next[side]
            self.next[side] += len(data) + bool(flags & (SYN | FIN))
        (source, source_port), (target, target_port) = self.ends[side], self.ends[1 - side]
        ack = self.next[1 - side] if flags & ACK else 0
        header = struct.pack("!HHIIBBHHH", source_port, target_port, seq, ack, 0x50, flags, 65535, 0, 0)
        packet(source, target, 6, header + data, 16, side == 0)

    def client(self, data: bytes) -> None:
        self._send(0, PSH | ACK, data)

    def server(self, data: bytes) -> None:
        self._send(1, PSH | ACK, data)

    def keep(self, side: int, data: bytes) -> None:
        self.kept.append((side, self.next[side], data))
        self.next[side] += len(data)

    def send_kept(self) -> None:
        for side, seq, data in self.kept:
            self._send(side, PSH | ACK, data, seq)
        self.kept.clear()

    def lose(self, side: int, data: bytes) -> None:
        self.next[side] += len(data)

    def close(self) -> None:
        self._send(0, FIN | ACK)
        self._send(1, FIN | ACK)
        self._send(0, ACK)

    def reset(self) -> None:
        self._send(1, RST | ACK)


def datagram(port: int, data: bytes, from_server: bool = False) -> None:
    ends = [("192.0.2.10", port), ("192.0.2.25", PORT)]
    (source, source_port), (target, target_port) = reversed(ends) if from_server else ends
    header = struct.pack("!HHHH", source_port, target_port, 8 + len(data), 0)
    packet(source, target, 17, header + data, 6, not from_server)


# One after the other.
one = Connection(40001)
one.client(b"PUT color dark blue\n")
one.server(b"OK\n")
one.client(b"GET color\n")
one.server(b"OK dark blue\n")
one.client(b"GET size\n")
one.server(b"ERR no such key\n")
one.client(b"DEL color\r\n")
one.server(b"OK\r\n")
one.close()

# Three requests in one segment; a line of the answers in two.
many = Connection(40002, "2001:db8::10", "2001:db8::25")
many.client(b"PUT a 1\nGET a\nGET b\n")
many.server(b"OK\nOK ")
many.server(b"1\nERR no such key\n")
many.close()

# On a port that nobody knows, byte by byte.
bytewise = Connection(40003, server_port=9999)
for byte in b"GET motto\n":
    bytewise.client(bytes([byte]))
for byte in b"OK \"less\" \xe2\x98\xba\n":
    bytewise.server(bytes([byte]))
bytewise.close()

# Segments in another order, and one twice.
order = Connection(40004)
order.keep(0, b"GET fi")
order.client(b"rst\n")
order.send_kept()
order.server(b"OK 1st\n")
order.keep(0, b"GET second\n")
order.send_kept()
order._send(0, PSH | ACK, b"GET second\n", order.next[0] - 11)
order.server(b"OK 2nd\n")
order.close()

# An answer that the capture does not have, and what comes after it.
hole = Connection(40005)
hole.client(b"GET lost\n")
hole.lose(1, b"OK never seen\n")
hole.client(b"GET found\n")
hole.server(b"OK seen\n")
hole.close()

# A request that is never answered.
alone = Connection(40006)
alone.client(b"GET patience\n")
alone.reset()

# Datagrams: answers in another order, an error, a request without an answer.
datagram(50001, b"1 PUT color red")
datagram(50001, b"2 GET color")
datagram(50001, b"2 OK red", True)
datagram(50001, b"1 OK", True)
datagram(50002, b"1 DEL shape")
datagram(50002, b"1 ERR no such key", True)
datagram(50002, b"2 GET nothing")

path = pathlib.Path(__file__).with_name("quote.pcap")
path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(packets))
print(f"{path}: {len(packets)} packets")
