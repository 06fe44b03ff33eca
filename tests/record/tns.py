#!/usr/bin/env python3
"""Writes tns.pcap and tns.expected.jsonl: sessions of Oracle clients and databases, made by hand.

No Oracle database may be part of this project's tests, so nothing here was recorded: the packets are put together from what is
known of the protocol (see docs/protocols/tns.md), in the forms of thin clients of several versions and of a thick one. What the log
says is what was put in. PCAPS=dir writes elsewhere.
"""

import json
import os
import pathlib
import struct

PCAPS = pathlib.Path(os.environ.get("PCAPS", pathlib.Path(__file__).resolve().parent.parent / "pcaps"))
CLIENT, SERVER = bytes([192, 0, 2, 10]), bytes([192, 0, 2, 25])
MTU = 1460
START = 1_700_000_000_000_000  # microseconds

frames, log = [], []
clock = START


# ---------------------------------------------------------------- packets of the network

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Connection:
    """One TCP connection; each call is what one side says."""

    def __init__(self, port, source):
        self.ports = (source, port)
        self.next = [1000, 5000]
        self._send(0, b"", 0x02)
        self.next[0] += 1
        self._send(1, b"", 0x12)
        self.next[1] += 1
        self._send(0, b"", 0x10)

    def client(self, data):
        self._say(0, data)

    def server(self, data):
        self._say(1, data)

    def close(self):
        for side in (0, 1):
            self._send(side, b"", 0x11)
            self.next[side] += 1
        self._send(0, b"", 0x10)

    def _say(self, side, data):
        for at in range(0, len(data), MTU):
            part = data[at:at + MTU]
            self._send(side, part, 0x18 if at + MTU >= len(data) else 0x10)
            self.next[side] += len(part)

    def _send(self, side, payload, flags):
        global clock
        clock += 400
        ends = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        ports = self.ports if side == 0 else self.ports[::-1]
        ack = self.next[1 - side] if flags & 0x10 else 0
        head = struct.pack(">HHIIBBHHH", *ports, self.next[side], ack, 0x50, flags, 64000, 0, 0)
        pseudo = ends[0] + ends[1] + struct.pack(">BBH", 0, 6, len(head) + len(payload))
        tcp = head[:16] + struct.pack(">H", checksum(pseudo + head + payload)) + head[18:] + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, *ends)
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        macs = (b"\x02\0\0\0\0\x25", b"\x02\0\0\0\0\x10")
        frames.append((clock, (macs[0] + macs[1] if side == 0 else macs[1] + macs[0]) + b"\x08\0" + ip + tcp))


def write(path):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 1))
        for time, frame in frames:
            file.write(struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(frame), len(frame)) + frame)


# ---------------------------------------------------------------- packets of Oracle Net

def packet(kind, body, large=False):
    head = struct.pack(">I", 8 + len(body)) if large else struct.pack(">HH", 8 + len(body), 0)
    return head + bytes([kind, 0, 0, 0]) + body


def connect(descriptor, version):
    text = descriptor.encode()
    body = struct.pack(">HHHHHHHHHH", version, 300, 0x0C41, 8192, 0xFFFF, 0x4F98, 0, 1, len(text), 74)
    return packet(1, body.ljust(66, b"\0") + text)


def accept(version):
    body = struct.pack(">HHHHHHH", version, 0x0C41, 8192, 0xFFFF, 256, 0, 45 if version >= 315 else 32)
    return packet(2, (body + b"\x41\x01").ljust(37 if version >= 315 else 24, b"\0"))


def refuse(text):
    return packet(4, b"\x22\0" + struct.pack(">H", len(text)) + text.encode())


def redirect(text):
    return packet(5, struct.pack(">H", len(text)) + text.encode())


RESEND = packet(11, b"")


# ---------------------------------------------------------------- messages of TTC

def number(value):
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def text(data, wide=True, chunk=250):
    if len(data) <= 252:
        return bytes([len(data)]) + data
    parts = (data[at:at + chunk] for at in range(0, len(data), chunk))
    return b"\xfe" + b"".join((number(len(part)) if wide else bytes([len(part)])) + part for part in parts) + b"\0"


class Thin:
    """Calls and ends of answers as thin clients have them; `fields` is the field version of TTC."""

    def __init__(self, connection, version, fields):
        self.connection, self.large, self.fields, self.number = connection, version >= 315, fields, 0

    def head(self, function, kind=3):
        self.number += 1
        return bytes([kind, function, self.number]) + (b"\0" if self.fields >= 18 else b"")

    def data(self, payload, flags=0, size=8000):
        parts = [payload[at:at + size] for at in range(0, len(payload), size)]
        return b"".join(packet(6, struct.pack(">H", flags) + part, self.large) for part in parts)

    def ask(self, payload, flags=0):
        self.connection.client(self.data(payload, flags))

    def tell(self, payload, flags=0):
        self.connection.server(self.data(payload, flags))

    def execution(self, sql, cursor=0, raw=False):
        data = sql.encode()
        call = self.head(94) + number(0x8021) + number(cursor) + bytes([bool(data)]) + number(len(data)) + b"\1" + number(13)
        call += b"\0\0\0" + number(25) + number(0x3FFFFFFF) + bytes(11) + b"\1" + bytes(8)
        call += bytes(5) if self.fields >= 8 else b""
        call += bytes(2) if self.fields >= 9 else b""
        if data:
            call += data if raw else text(data, wide=self.fields >= 8)
        return call + b"\1\1" + bytes(6) + b"\1\1\0\2\x80\0\0\0\0"

    def end(self, cursor=0, rows=0, error=None, seq=None):
        code = error[0] if error else 0
        end = b"\4" + number(1) + number(300 + self.number) + number(rows) + number(code) + b"\0\0" + number(cursor)
        end += bytes([0, 3, 0, 0, 0, 0, 0]) + bytes(5) + bytes([0, 0, seq or self.number, 0, 1, 1, 0])
        if self.fields >= 7:
            end += b"\0\0\0" + number(code) + number(rows)
        if self.fields >= 14:
            end += b"\1\3\0"
        return end + (text(error[1].encode()) if error else b"")

    def rows(self, values):
        head = bytes([16, 23]) + bytes(range(100, 123)) + b"\1\1\1\1\x82\1\x80\0\0\1\x80\0\0\0\0\1\x2e\1\1\x80\4NAME"
        return head + b"\6\x22\1\1\0\1\x0a\0\0\0" + b"".join(b"\7" + text(value.encode()) for value in values)

    def status(self):
        self.tell(b"\x09" + number(1) + number(self.number))

    def negotiate(self):
        capabilities = lambda fields, size: bytes([size]) + bytes([6, 1, 1, 1, 0xEF, 0x0F, 1, fields]).ljust(size, b"\1")
        self.ask(b"\1\6\5\0till\0")
        self.tell(b"\1\6\0Linux\0\x69\3\1\1\0\x66\3\x40\3\1\0\4abcd" + capabilities(27, 42) + b"\2\0\0")
        self.ask(b"\2\x69\3\x69\3\1" + capabilities(self.fields, 40) + b"\7" + bytes(7))
        self.tell(b"\2\0\1\0\1\0\1\0\0\0")

    def login_call(self, function, user, pairs):
        call = self.head(function) + b"\1" + number(len(user)) + number(0x101) + b"\1" + number(len(pairs)) + b"\1\1"
        call += text(user.encode())
        for key, value in pairs.items():
            call += number(len(key)) + text(key.encode()) + number(len(value)) + text(value.encode()) + b"\0"
        return call

    def login(self, user, error=None):
        self.ask(self.login_call(118, user, {"AUTH_TERMINAL": "tty1", "AUTH_PROGRAM_NM": "till"}))
        self.tell(b"\x08\1\1\1\x0c\x0cAUTH_SESSKEY\1\4\x0438AF\0" + self.end())
        self.ask(self.login_call(115, user, {"AUTH_SESSKEY": "5E55C0DE", "AUTH_PASSWORD": "0DDBA11"}))
        self.tell(self.end(error=error) if error else b"\x08\1\1\1\x0b\x0bAUTH_DBNAME\1\4\4SHOP\0" + self.end())
        logged("LOGON", user=user, error=error)

    def call(self, function, method=None):
        self.ask(self.head(function))
        self.status()
        if method:
            logged(method)

    def statement(self, sql, cursor=0, rows=0, values=None, error=None, raw=False, markers=False, shown=None):
        self.ask(self.execution(sql, raw=raw))
        self.answer(cursor, rows, values, error, markers)
        logged(sql.split()[0].upper(), shown or sql, rows if values is None else len(values), error, cursor)

    def answer(self, cursor, rows, values, error, markers=False):
        if markers:
            mark = lambda kind: packet(12, bytes([1, 0, kind]), self.large)
            self.connection.server(mark(1) + mark(2))
            self.connection.client(mark(2))
        if values is not None:
            over = (1403, "ORA-01403: no data found\n")
            self.tell(self.rows(values) + self.end(cursor, len(values), over))
        elif error:
            self.tell(self.end(cursor, 0, error))
        else:
            self.tell(b"\x08\1\6\3\x20\x4e\xbb\0\1\2" + bytes(6) + self.end(cursor, rows))


def logged(method, query=None, rows=None, error=None, cursor=None, user=None):
    log.append({
        "method": method, "query": query, "rows": rows, "cursor": cursor or None, "user": user,
        "error": f"ORA-{error[0]:05}" if error else None,
    })


# ---------------------------------------------------------------- what is said

def descriptor(place, program="till"):
    return f"(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=192.0.2.25)(PORT=1521))(CONNECT_DATA=({place})(CID=(PROGRAM={program})(HOST=pc17)(USER=ann))))"


def opened(version, fields, place, port=1521, source=40001, resend=False):
    connection = Connection(port, source)
    hello = connect(descriptor(place), version)
    connection.client(hello)
    if resend:
        connection.server(RESEND)
        connection.client(hello)
    connection.server(accept(version))
    logged("CONNECT")
    return Thin(connection, version, fields)


def session(version, fields, place, source, port=1521, **how):
    thin = opened(version, fields, place, port, source, **how)
    thin.negotiate()
    thin.login("shop")
    thin.statement("select name from orders where id < 10", cursor=2, values=["pens", "ink"])
    # Once more, by its cursor; and a fetch.
    thin.ask(thin.head(78) + number(2) + number(10) + b"\1\x60\0")
    thin.answer(2, 0, ["pens"], None)
    logged("SELECT", "select name from orders where id < 10", 1, None, 2)
    thin.ask(thin.head(5) + number(2) + number(100))
    thin.answer(2, 0, ["ink", "paper"], None)
    logged("FETCH", "select name from orders where id < 10", 2, None, 2)
    thin.statement("insert into orders values (:1, :2)", cursor=3, rows=5, raw=True)
    thin.statement("select 1 from nothing", cursor=4, error=(942, "ORA-00942: table or view does not exist\n"), markers=True)
    thin.statement("begin pay(1); end;", cursor=5, error=(6550, "ORA-06550: line 1, column 7:\nPLS-00201: identifier 'PAY' must be declared\n"))
    many = "select name from orders where id in (" + "123456, " * 500 + "1)"
    thin.statement(many, cursor=6, values=[f"row number {row}" for row in range(500)])
    thin.statement("alter user ann identified by tiger", cursor=7, shown="alter user ann identified by ?")
    thin.call(14, "COMMIT")
    thin.call(147)
    thin.call(15, "ROLLBACK")
    thin.call(9, "LOGOFF")
    thin.connection.client(thin.data(b"", 0x40) or packet(6, b"\0\x40", thin.large))
    thin.connection.close()


def pipeline():
    thin = opened(319, 24, "SERVICE_NAME=shop", source=40010)
    thin.negotiate()
    thin.login("shop")
    statements = [("select 1 from dual", ["1"]), ("delete from orders", None), ("select 2 from dual", ["2", "3"])]
    first = thin.number + 1
    for sql, _ in statements:
        thin.ask(thin.execution(sql), 0x0800)
    for at, (sql, values) in enumerate(statements):
        rows = 7 if values is None else len(values)
        thin.tell((thin.rows(values) if values else b"") + thin.end(at + 2, rows, seq=first + at) + b"\x1d", 0x2000)
        logged(sql.split()[0].upper(), sql, rows, None, at + 2)
    thin.connection.close()


def listener():
    for source, place, version, answer in (
        (40020, "SERVICE_NAME=nowhere", 319, refuse("(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))))")),
        (40021, "SID=gone", 310, refuse("(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR=12505)(ERROR_STACK=(ERROR=(CODE=12505)(EMFI=4))))")),
        (40022, "SERVICE_NAME=shop", 313, redirect("(ADDRESS=(PROTOCOL=tcp)(HOST=192.0.2.25)(PORT=1024))")),
    ):
        connection = Connection(1521, source)
        connection.client(connect(descriptor(place), version))
        connection.server(answer)
        connection.close()
        error = (12514, "") if "nowhere" in place else (12505, "") if "gone" in place else None
        logged("CONNECT", error=error)
    # The redirected session, at a port that says nothing.
    session(313, 6, "SERVICE_NAME=shop", 40023, port=1024)


def encrypted():
    thin = opened(319, 24, "SERVICE_NAME=shop", source=40030)
    service = lambda kind, choice: bytes([0, kind, 0, 2, 0, 0, 0, 0, 0, 4, 0, 5, 23, 0, 0, 0, 0, 1, 0, 2, choice])
    agreement = b"\xde\xad\xbe\xef\0\x37\0\0\0\0\0\2\0" + service(2, 17) + service(3, 5)
    thin.ask(agreement)
    thin.tell(agreement)
    logged("NEGOTIATE")
    thin.ask(bytes((at * 73 + 29) % 251 for at in range(200)))
    thin.tell(bytes((at * 91 + 17) % 251 for at in range(300)))
    thin.connection.close()


def refused_login():
    thin = opened(318, 12, "SID=shop1", source=40031)
    thin.negotiate()
    thin.login("mallory", error=(1017, "ORA-01017: invalid username/password; logon denied\n"))
    thin.connection.close()


def thick():
    """A thick client: numbers as its machine has them, pointers of eight bytes."""
    pointer = b"\xfe" + b"\xff" * 7
    thin = opened(319, 22, "SERVICE_NAME=shop", source=40040)
    thin.negotiate()

    def end(cursor, rows, error=None):
        code = error[0] if error else 0
        message = bytearray(66)
        message[0:5] = b"\4\1\0\0\0"
        message[11:13] = struct.pack("<H", code)
        message[17:19] = struct.pack("<H", cursor)
        message[45] = thin.number
        return bytes(message) + struct.pack("<I", code) + number(rows) + b"\3" + bytes(7) + (text(error[1].encode()) if error else b"") + b"\x1d"

    head = lambda function: thin.head(function)[:3] + number(thin.number + 1)
    for sql, cursor, rows, error in (
        ("select name from orders", 4, 2, None),
        ("update orders set name = 'ink'", 5, 3, None),
        ("drop table nothing", 6, 0, (942, "ORA-00942: table or view does not exist\n")),
    ):
        data = sql.encode()
        call = head(94) + struct.pack("<II", 0x8061, 0) + pointer + struct.pack("<I", 3 * len(data)) + pointer + struct.pack("<I", 13)
        thin.ask(call + pointer + pointer + bytes(200) + text(data) + b"\1" + bytes(30))
        thin.tell(end(cursor, rows, error))
        logged(sql.split()[0].upper(), sql, rows, error, cursor)
    thin.ask(head(5) + struct.pack("<II", 4, 15))
    thin.tell(end(4, 2, (1403, "ORA-01403: no data found\n")))
    logged("FETCH", "select name from orders", 2, None, 4)
    thin.ask(head(14))
    thin.tell(b"\x09\1\0\0\0\x44\0\x1d")
    logged("COMMIT")
    thin.connection.close()


session(319, 24, "SERVICE_NAME=shop", 40001, resend=True)
session(318, 12, "SERVICE_NAME=shop", 40002)
session(315, 8, "SID=shop1", 40003)
session(314, 7, "SID=shop1", 40004)
session(308, 4, "SID=shop1", 40005)
pipeline()
listener()
encrypted()
refused_login()
thick()
write(PCAPS / "tns.pcap")
(PCAPS / "tns.expected.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
print(f"tns: {len(frames)} packets, {len(log)} lines")
