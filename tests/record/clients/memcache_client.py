"""Sessions with memcached through three client libraries and by hand; prints what each command came to as JSON lines.

    memcache_client.py text|meta|binary|udp

Members are those of the event that are certain: command, keys, status, what came back.
"""

import json
import socket
import struct
import sys

HOST, PORT, LOCKED = "cache.example.org", 11211, 11212


def log(command, keys=(), status="OK", **members):
    print(json.dumps({"command": command, "keys": list(keys), "status": status, **members}, ensure_ascii=False))


class Line:
    """A connection by hand."""

    def __init__(self, port=PORT):
        self.socket = socket.create_connection((HOST, port), timeout=10)
        self.file = self.socket.makefile("rb")

    def say(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def hear(self, wanted):
        line = self.file.readline().decode().rstrip("\r\n")
        assert line.startswith(wanted), (wanted, line)
        return line

    def ask(self, data, wanted):
        self.say(data)
        return self.hear(wanted)

    def until(self, end):
        count = 0
        while self.hear("") != end:
            count += 1
        return count

    def close(self):
        self.socket.shutdown(socket.SHUT_WR)
        assert self.file.read() == b""
        self.socket.close()


def text():
    from pymemcache.client.base import Client

    client = Client((HOST, PORT))
    assert client.set("user:1", "Ann", expire=60, noreply=False)
    log("set", ["user:1"], count_values=1, bytes=3, exptime=60, answer="STORED")
    assert client.get("user:1") == b"Ann"
    log("get", ["user:1"], found=["user:1"], answer="VALUE")
    assert client.get("nobody") is None
    log("get", ["nobody"], answer="END")
    client.set("user:2", b"\xff\x00\r\nEND\r\n", noreply=True)
    log("set", ["user:2"], bytes=9, noreply=True)
    client.set("big", b"x" * 30_000, noreply=False)
    log("set", ["big"], bytes=30_000, answer="STORED")
    found = client.get_many(["user:1", "user:2", "none", "big"])
    assert list(found) == ["user:1", "user:2", "big"]
    log("get", ["user:1", "user:2", "none", "big"], found=list(found), found_bytes=30_012)
    assert client.add("user:1", "x", noreply=False) is False
    log("add", ["user:1"], status="Error", answer="NOT_STORED")
    assert client.replace("user:1", "Annabel", noreply=False)
    log("replace", ["user:1"], answer="STORED")
    assert client.append("user:1", "la", noreply=False) and client.prepend("user:1", "St. ", noreply=False)
    log("append", ["user:1"], answer="STORED")
    log("prepend", ["user:1"], answer="STORED")
    value, token = client.gets("user:1")
    assert value == b"St. Annabella"
    log("gets", ["user:1"], found=["user:1"], found_cas=int(token))
    assert client.cas("user:1", "Eve", token, noreply=False)
    log("cas", ["user:1"], cas=int(token), answer="STORED")
    assert client.cas("user:1", "Bob", token, noreply=False) is False
    log("cas", ["user:1"], cas=int(token), status="Error", answer="EXISTS")
    client.set("count", "10", noreply=False)
    log("set", ["count"], answer="STORED")
    assert client.incr("count", 5) == 15 and client.decr("count", 3) == 12 and client.incr("none", 1) is None
    log("incr", ["count"], delta=5, value=15)
    log("decr", ["count"], delta=3, value=12)
    log("incr", ["none"], delta=1, status="Error", answer="NOT_FOUND")
    assert client.touch("count", 100, noreply=False)
    log("touch", ["count"], exptime=100, answer="TOUCHED")
    assert client.delete("count", noreply=False) and client.delete("count", noreply=False) is False
    log("delete", ["count"], answer="DELETED")
    log("delete", ["count"], status="Error", answer="NOT_FOUND")
    stats = client.stats()
    log("stats", stats=len(stats), answer="STAT")
    version = client.version().decode()
    log("version", version=version)
    client.flush_all(noreply=False)
    log("flush_all", answer="OK")
    client.quit()
    log("quit")

    import memcache

    client = memcache.Client([f"{HOST}:{PORT}"])
    assert client.set_multi({"a": "1", "b": "2"}) == []
    log("set", ["a"], answer="STORED")
    log("set", ["b"], answer="STORED")
    assert client.get_multi(["a", "b", "c"]) == {"a": "1", "b": "2"}
    log("get", ["a", "b", "c"], found=["a", "b"])
    client.disconnect_all()

    line = Line()
    line.ask("gat 50 a b\r\n", "VALUE a")
    line.until("END")
    log("gat", ["a", "b"], exptime=50, found=["a", "b"])
    line.ask("gats 50 a\r\n", "VALUE a")
    line.until("END")
    log("gats", ["a"], exptime=50, found=["a"])
    line.ask("set a 0 0 3\r\nabcd\r\n", "CLIENT_ERROR bad data chunk")
    line.hear("ERROR")
    log("set", ["a"], status="Client Error", error="bad data chunk")
    line.ask("incr b x\r\n", "CLIENT_ERROR invalid numeric delta argument")
    log("incr", ["b"], status="Client Error", error="invalid numeric delta argument")
    line.ask("nonsense\r\n", "ERROR")
    line.ask("get " + "k" * 251 + "\r\n", "CLIENT_ERROR")
    line.ask("verbosity 1\r\n", "OK")
    log("verbosity", answer="OK")
    line.ask("cache_memlimit 100\r\n", "OK")
    log("cache_memlimit", answer="OK")
    line.ask("slabs automove 0\r\n", "OK")
    log("slabs automove", answer="OK")
    line.ask("slabs reassign 1 2\r\n", "")
    line.ask("lru_crawler enable\r\n", "")
    line.ask("lru_crawler metadump all\r\n", "key=")
    line.until("END")
    log("lru_crawler metadump")
    line.ask("stats items\r\n", "STAT")
    line.until("END")
    log("stats", answer="STAT")
    line.say("stats cachedump 1 10\r\n")
    line.until("END")
    log("stats")
    line.ask("stats reset\r\n", "RESET")
    log("stats", answer="RESET")
    line.ask("lru mode segmented\r\n", "OK")
    log("lru mode", answer="OK")
    # Several commands at once, and a value in small segments.
    line.say("get gone\r\nset p 1 0 2\r\nhi\r\nget p\r\nincr p 1\r\n")
    for wanted in ("END", "STORED", "VALUE p", "hi", "END", "CLIENT_ERROR"):
        line.hear(wanted)
    log("get", ["gone"], answer="END")
    log("set", ["p"], answer="STORED")
    log("get", ["p"], found=["p"])
    log("incr", ["p"], status="Client Error")
    line.close()

    # The text protocol's login, wrong, right, and what follows it.
    line = Line(LOCKED)
    line.ask("get a\r\n", "CLIENT_ERROR unauthenticated")
    log("get", ["a"], status="Client Error", error="unauthenticated")
    line.close()
    for password, wanted in (("battery", "CLIENT_ERROR authentication failure"), ("horse", "STORED")):
        line = Line(LOCKED)
        secret = f"ann {password}"
        line.ask(f"set login 0 0 {len(secret)}\r\n{secret}\r\n", wanted)
        log("set", ["login"], status="OK" if wanted == "STORED" else "Client Error")
        line.close()


def meta():
    line = Line()
    line.ask("ms user:1 3 T60 F5 c\r\nAnn\r\n", "HD c")
    log("ms", ["user:1"], bytes=3, exptime=60, answer="HD")
    line.ask("mg user:1 v k f t c\r\n", "VA 3 ")
    line.hear("Ann")
    log("mg", ["user:1"], found=["user:1"], answer="VA")
    line.ask("mg user:1\r\n", "HD")
    log("mg", ["user:1"], answer="HD")
    line.ask("mg nobody v\r\n", "EN")
    log("mg", ["nobody"], answer="EN")
    line.ask("ms user:1 2 ME\r\nxx\r\n", "NS")
    log("ms", ["user:1"], status="Error", answer="NS")
    line.ask("ms user:1 2 C1\r\nxx\r\n", "EX")
    log("ms", ["user:1"], status="Error", answer="EX")
    line.ask("ma count N0 J5 v\r\n", "VA 1")
    line.hear("5")
    log("ma", ["count"], value=5, answer="VA")
    line.ask("ma count D7 v\r\n", "VA 2")
    line.hear("12")
    log("ma", ["count"], delta=7, value=12)
    line.ask("ma none\r\n", "NF")
    log("ma", ["none"], status="Error", answer="NF")
    line.ask("me user:1\r\n", "ME user:1")
    log("me", ["user:1"], answer="ME")
    # Quiet ones: no word of misses and successes; told apart by key and opaque token.
    line.say("mg nobody v q k\r\nmg user:1 v q k\r\nms user:2 2 q\r\nhi\r\nmg user:2 v q O17\r\nmg gone v q O18\r\nmd none q\r\nmn\r\n")
    line.hear("VA 3 kuser:1")
    line.hear("Ann")
    line.hear("VA 2 O17")
    line.hear("hi")
    line.hear("NF")
    line.hear("MN")
    log("mg", ["nobody"], quiet=True, answer=None)
    log("mg", ["user:1"], quiet=True, answer="VA")
    log("ms", ["user:2"], quiet=True, answer=None)
    log("mg", ["user:2"], quiet=True, answer="VA")
    log("mg", ["gone"], quiet=True, answer=None)
    log("md", ["none"], quiet=True, status="Error", answer="NF")
    log("mn", answer="MN")
    line.ask("md user:1\r\n", "HD")
    log("md", ["user:1"], answer="HD")
    line.ask("md user:1\r\n", "NF")
    log("md", ["user:1"], status="Error", answer="NF")
    line.close()


def packet(opcode, key=b"", extras=b"", value=b"", opaque=0, cas=0):
    body = len(extras) + len(key) + len(value)
    return struct.pack("!BBHBBHIIQ", 0x80, opcode, len(key), len(extras), 0, 0, body, opaque, cas) + extras + key + value


def binary():
    import pylibmc

    client = pylibmc.Client([f"{HOST}:{PORT}"], binary=True, behaviors={"cas": True})
    assert client.set("user:1", "Ann", time=60)
    log("set", ["user:1"], opcode="Set", bytes=3, exptime=60, answer="Success")
    assert client.get("user:1") == "Ann"
    log("get", ["user:1"], answer="Success", found_bytes=3)
    assert client.get("nobody") is None
    log("get", ["nobody"], status="Error", answer="Key not found")
    assert client.add("user:1", "x") is False
    log("add", ["user:1"], opcode="Add", status="Error", answer="Key exists")
    assert client.replace("user:1", "Annabel")
    log("replace", ["user:1"], answer="Success")
    assert client.append("user:1", "la")
    log("append", ["user:1"], answer="Success")
    assert client.set("count", 10)
    log("set", ["count"], answer="Success")
    assert client.incr("count", 5) == 15 and client.decr("count", 3) == 12
    log("incr", ["count"], opcode="Increment", delta=5, value=15)
    log("decr", ["count"], opcode="Decrement", delta=3, value=12)
    assert client.set("big", b"x" * 30_000)
    log("set", ["big"], bytes=30_000, answer="Success")
    assert client.delete("user:1") and client.delete("user:1") is False
    log("delete", ["user:1"], answer="Success")
    log("delete", ["user:1"], status="Error", answer="Key not found")
    client.disconnect_all()

    line = Line()
    # Quiet ones, numbered, one answered: then a no-op, and each kind of error.
    line.say(
        packet(0x11, b"a", struct.pack("!II", 7, 0), b"first", 1)
        + packet(0x0D, b"none", opaque=2)
        + packet(0x0D, b"a", opaque=3)
        + packet(0x14, b"none", opaque=4)
        + packet(0x0A, opaque=5)
    )
    answered = []
    for _ in range(3):
        header = struct.unpack("!BBHBBHIIQ", line.file.read(24))
        line.file.read(header[6])
        answered.append((header[1], header[5], header[7]))
    assert answered == [(0x0D, 0, 3), (0x14, 1, 4), (0x0A, 0, 5)], answered
    log("set", ["a"], opcode="SetQ", quiet=True, answer=None)
    log("get", ["none"], opcode="GetKQ", quiet=True, answer=None)
    log("get", ["a"], opcode="GetKQ", quiet=True, answer="Success", found=["a"])
    log("delete", ["none"], opcode="DeleteQ", quiet=True, status="Error", answer="Key not found")
    log("noop", opcode="No-op", answer="Success")
    for opcode, arguments, members in [
        (0x1C, {"key": b"a", "extras": struct.pack("!I", 90)}, {"command": "touch", "keys": ["a"], "exptime": 90}),
        (0x1D, {"key": b"a", "extras": struct.pack("!I", 90)}, {"command": "gat", "keys": ["a"], "found_bytes": 5}),
        (0x0B, {}, {"command": "version"}),
        (0x08, {"extras": struct.pack("!I", 100)}, {"command": "flush_all", "exptime": 100}),
        (0x05, {"key": b"a", "extras": struct.pack("!QQI", 1, 0, 0)},
         {"command": "incr", "keys": ["a"], "status": "Error", "answer": "Incr/Decr on non-numeric value."}),
        (0x07, {}, {"command": "quit"}),
    ]:
        line.say(packet(opcode, opaque=0x01020304, **arguments))
        header = struct.unpack("!BBHBBHIIQ", line.file.read(24))
        line.file.read(header[6])
        log(**members)
    assert line.file.read() == b""
    line.socket.close()


def udp():
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.settimeout(10)
    address = (socket.gethostbyname(HOST), PORT)

    def ask(number, data):
        line.sendto(struct.pack("!HHHH", number, 0, 1, 0) + data.encode(), address)

    def hear():
        """The datagrams of a reply: parts of it come as messages of their own, each numbered from 0."""
        reply = b""
        while True:
            parts = {}
            while not parts or len(parts) < count:
                datagram = line.recv(2000)
                number, place, count, _ = struct.unpack("!HHHH", datagram[:8])
                parts[place] = datagram[8:]
            reply += b"".join(parts[place] for place in sorted(parts))
            if not reply.startswith((b"VALUE", b"STAT")) or reply.endswith(b"END\r\n"):
                return number, reply

    ask(1, "set k 0 0 5 noreply\r\nhello\r\n")
    log("set", ["k"], noreply=True)
    ask(2, "get k other\r\n")
    heard = hear()
    assert heard == (2, b"VALUE k 0 5\r\nhello\r\nEND\r\n"), heard
    log("get", ["k", "other"], found=["k"])
    ask(3, "stats\r\n")
    number, answer = hear()
    assert number == 3 and answer.endswith(b"END\r\n")
    log("stats", stats=answer.count(b"STAT "))
    ask(4, "get big\r\n")
    number, answer = hear()
    assert (number, len(answer)) == (4, 20_000 + len("VALUE big 0 20000\r\n\r\nEND\r\n"))
    log("get", ["big"], found=["big"], found_bytes=20_000)
    ask(5, "incr n 1\r\n")
    assert hear() == (5, b"NOT_FOUND\r\n")
    log("incr", ["n"], status="Error", answer="NOT_FOUND")
    ask(7, "get k\r\nget big\r\n")
    assert hear()[0] == 7 and len(hear()[1]) > 20_000
    log("get", ["k"], found=["k"])
    log("get", ["big"], found_bytes=20_000)
    ask(6, "delete k\r\n")
    assert hear() == (6, b"DELETED\r\n")
    log("delete", ["k"], answer="DELETED")


def prepare():
    """What is there before the capture over UDP begins."""
    line = Line()
    line.ask("set big 0 0 20000\r\n" + "x" * 20_000 + "\r\n", "STORED")
    line.close()


{"text": text, "meta": meta, "binary": binary, "udp": udp, "prepare": prepare}[sys.argv[1]]()
