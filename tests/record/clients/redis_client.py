"""A client of Redis by hand, and what redis-py does: `redis_client.py NAME HOST` runs the part of that name and writes what it
asked and was told, a line for each command and each message, in JSON.

`value` is the answer as text: arrays, sets and maps as [a, b], nothing as nil. Secrets are logged as (redacted).
"""

import json
import socket
import sys
import threading

PASSWORD = "correct horse"
HOST = sys.argv[2]


def log(**fact):
    print(json.dumps(fact), flush=True)


class Failure(str):
    """An error as an answer."""


class Push(list):
    """What the server sends unasked."""


class Connection:
    def __init__(self, port=6379):
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.user = None

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError(line)
        return line[:1], line[1:-2]

    def read(self):
        kind, rest = self.line()
        if kind == b"-":
            return Failure(rest.decode())
        if kind in b"+:,(":
            return rest.decode()
        if kind == b"_" or rest == b"-1":
            return None
        if kind == b"#":
            return rest == b"t"
        if kind in b"$!=":
            data = self.file.read(int(rest) + 2)[:-2]
            if kind == b"=":
                data = data[4:]
            text = data.decode("utf-8", "replace")
            return Failure(text) if kind == b"!" else text
        count = int(rest)
        if kind == b"|":
            for _ in range(2 * count):
                self.read()
            return self.read()
        values = [self.read() for _ in range(2 * count if kind == b"%" else count)]
        return Push(values) if kind == b">" else values

    def close(self):
        self.file.close()
        self.socket.close()


def encode(*words):
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def text(value):
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    return value


TWO_WORDS = "ACL CLIENT CLUSTER COMMAND CONFIG DEBUG LATENCY MEMORY OBJECT PUBSUB SCRIPT SLOWLOG XGROUP XINFO".split()


def asked(connection, words, shown=None, resource=None, value=None):
    """What is logged of a command: `shown` is what is to be seen of its arguments."""
    words = [word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in shown or words]
    names = 2 if words[0].upper() in TWO_WORDS and len(words) > 1 else 1
    fact = {"method": " ".join(words[:names]).upper(), "query": " ".join(words), "status": "OK"}
    if connection.user:
        fact["user"] = connection.user
    if resource is None and len(words) > names:
        resource = words[names]
    if resource:
        fact["resource"] = resource
    if isinstance(value, Failure):
        fact.update(status="Error", error=str(value), code=value.split(" ")[0])
    elif value is not None:
        fact["value"] = value
    return fact


def ask(connection, *words, shown=None, resource=None, value=None, user=None):
    connection.send(encode(*words))
    answer = connection.read()
    if user and not isinstance(answer, Failure):
        connection.user = user
    told = answer if isinstance(answer, Failure) else value or text(answer)
    if len(told) > 60000:
        told = None
    log(**asked(connection, words, shown, resource, told))
    return answer


def values(c):
    ask(c, "SET", "color", "dark blue")
    ask(c, "GET", "color")
    ask(c, "get", "nothing")
    ask(c, "SET", "counter", "10", "NX", "GET")
    ask(c, "INCRBY", "counter", 5)
    ask(c, "SET", "bytes", bytes(range(256)))
    ask(c, "GET", "bytes")
    ask(c, "SET", "empty", "")
    ask(c, "GET", "empty")
    ask(c, "MGET", "color", "nothing", "counter")
    ask(c, "RPUSH", "list", "a", "b", "c")
    ask(c, "LRANGE", "list", 0, -1)
    ask(c, "LRANGE", "nothing", 0, -1)
    ask(c, "HSET", "hash", "name", "pens", "price", "1.5")
    ask(c, "HGETALL", "hash")
    ask(c, "ZADD", "sorted", 1, "one", 2.5, "two")
    ask(c, "ZRANGE", "sorted", 0, -1, "WITHSCORES")
    ask(c, "ZUNION", 2, "sorted", "nothing", "WITHSCORES", resource="sorted")
    ask(c, "BITOP", "NOT", "dest", "color", resource="dest")
    ask(c, "XADD", "stream", "1-1", "field", "value")
    ask(c, "XADD", "stream", "2-1", "field", "other")
    ask(c, "XREAD", "COUNT", 2, "STREAMS", "stream", 0, resource="stream")
    ask(c, "XGROUP", "CREATE", "stream", "readers", 0)
    ask(c, "XREADGROUP", "GROUP", "readers", "me", "COUNT", 1, "STREAMS", "stream", ">", resource="stream")
    ask(c, "XINFO", "GROUPS", "stream")
    ask(c, "EVAL", "return {KEYS[1], ARGV[1], {1, false}}", 1, "key", "argument", resource="key")
    ask(c, "EVAL", "return redis.error_reply('OWN words of a script')", 0, resource="")
    ask(c, "OBJECT", "ENCODING", "counter")
    ask(c, "CONFIG", "GET", "maxmemory*")
    ask(c, "SELECT", 1)
    ask(c, "DBSIZE")
    ask(c, "SELECT", 0)


def errors(c):
    ask(c, "LLEN", "color")
    ask(c, "NOSUCHCOMMAND", "a", "b")
    ask(c, "GET")
    ask(c, "INCR", "color")
    ask(c, "EVALSHA", "0" * 40, 0, resource="")


def transactions(c):
    ask(c, "WATCH", "counter")
    ask(c, "MULTI")
    ask(c, "INCR", "counter")
    ask(c, "LPUSH", "color", "x")
    ask(c, "EXEC")
    ask(c, "MULTI")
    ask(c, "SET", "color", "red")
    ask(c, "DISCARD")
    ask(c, "MULTI")
    ask(c, "GET")
    ask(c, "EXEC")


def pipeline(c):
    commands = [("SET", f"key:{n}", f"value {n}") if n % 3 else ("LLEN", "color") for n in range(100)]
    c.send(b"".join(encode(*words) for words in commands))
    for words in commands:
        log(**asked(c, words, value=c.read()))


def pieces(c):
    words = ("SET", "in:pieces", "one byte at a time")
    for byte in encode(*words):
        c.send(bytes([byte]))
    log(**asked(c, words, value=c.read()))


def unanswered(c):
    for words in [("CLIENT", "REPLY", "OFF"), ("SET", "quiet", 1), ("LLEN", "color")]:
        c.send(encode(*words))
        log(**asked(c, words))
    ask(c, "CLIENT", "REPLY", "ON")
    for words in [("CLIENT", "REPLY", "SKIP"), ("SET", "quiet", 2)]:
        c.send(encode(*words))
        log(**asked(c, words))
    ask(c, "GET", "quiet")


def large(c):
    ask(c, "SETRANGE", "large", 70000, "end")
    ask(c, "GET", "large")
    ask(c, "STRLEN", "large")


def blocking(c):
    other = Connection()
    words = ("BLPOP", "queue", 5)
    c.send(encode(*words))
    ask(other, "RPUSH", "queue", "work")
    log(**asked(c, words, value=text(c.read())))
    ask(c, "BLPOP", "queue", "0.01")
    other.close()


def lines():
    c = Connection()
    for line, words in [
        (b"PING\r\n", ["PING"]),
        (b'\r\n  set  "a key" \'and a value\'\r\n', ["set", "a key", "and a value"]),
        (b'get "\\x61 key"\n', ["get", "a key"]),
        (b"nosuch line\r\n", ["nosuch", "line"]),
        (b'set "no end\r\n', ["set", '"no end']),
    ]:
        c.send(line)
        log(**asked(c, words, value=c.read()))
    c.close()


def secrets():
    c = Connection()
    hidden = "(redacted)"
    ask(c, "ACL", "SETUSER", "ann", "on", ">" + PASSWORD, "~*", "&*", "+@all",
        shown=["ACL", "SETUSER", "ann", "on", ">" + hidden, "~*", "&*", "+@all"])
    ask(c, "ACL", "GETUSER", "ann", value=hidden)
    ask(c, "ACL", "LIST", resource="LIST", value=hidden)
    ask(c, "AUTH", "ann", "wrong horse", shown=["AUTH", "ann", hidden], resource="")
    ask(c, "AUTH", "ann", PASSWORD, shown=["AUTH", "ann", hidden], resource="", user="ann")
    ask(c, "CONFIG", "SET", "maxmemory-samples", 6, "masterauth", PASSWORD,
        shown=["CONFIG", "SET", "maxmemory-samples", "6", "masterauth", hidden])
    ask(c, "CONFIG", "GET", "master*", value=hidden)
    ask(c, "CONFIG", "SET", "masterauth", "", shown=["CONFIG", "SET", "masterauth", hidden])
    ask(c, "MIGRATE", "192.0.2.1", 1, "nothing", 0, 10, "AUTH2", "ann", PASSWORD,
        shown=["MIGRATE", "192.0.2.1", "1", "nothing", "0", "10", "AUTH2", "ann", hidden], resource="nothing")
    c.close()
    c = Connection()
    ask(c, "HELLO", 3, "AUTH", "ann", PASSWORD, "SETNAME", "app",
        shown=["HELLO", "3", "AUTH", "ann", hidden, "SETNAME", "app"], resource="", user="ann")
    ask(c, "CLIENT", "GETNAME", resource="GETNAME")
    ask(c, "RESET")
    c.close()
    c = Connection()
    c.send(b"PING\r\n")
    log(**asked(c, ["PING"], value=c.read()))
    c.send(b'AUTH ann "' + PASSWORD.encode() + b'"\r\n')
    answer = c.read()
    c.user = "ann"
    log(**asked(c, ["AUTH", "ann", hidden], resource="", value=answer))
    c.close()


def resp3():
    c = Connection()
    ask(c, "HELLO", 3, resource="")
    for kind in ["STRING", "INTEGER", "DOUBLE", "NULL", "ARRAY", "SET", "MAP", "ATTRIB", "BIGNUM", "VERBATIM", "TRUE", "FALSE"]:
        ask(c, "DEBUG", "PROTOCOL", kind)
    ask(c, "HGETALL", "hash")
    ask(c, "ZRANGE", "sorted", 0, -1, "WITHSCORES")
    ask(c, "CLIENT", "TRACKING", "ON")
    ask(c, "GET", "color")
    other = Connection()
    ask(other, "SET", "color", "green")
    push = c.read()
    log(method=push[0].upper(), value=text(push[1]), pushed="message")
    ask(c, "GET", "nothing")
    other.close()
    c.close()


def session():
    c = Connection()
    for part in (values, errors, transactions, pipeline, pieces, unanswered, large, blocking):
        part(c)
    c.close()
    lines()
    secrets()
    resp3()


def library():
    """What redis-py does, as it logs it."""
    import redis

    class Logging(redis.Redis):
        def execute_command(self, *words, **options):
            status = "OK"
            try:
                return super().execute_command(*words, **options)
            except redis.ResponseError:
                status = "Error"
                raise
            finally:
                log(query=" ".join(map(str, words)), status=status)

    r = Logging(HOST)
    r.set("from:library", "value", ex=100)
    r.get("from:library")
    r.hset("library:hash", mapping={"a": 1, "b": 2})
    r.hgetall("library:hash")
    try:
        r.llen("from:library")
    except redis.ResponseError:
        pass
    with r.pipeline() as pipe:
        pipe.incr("library:counter").incr("library:counter").execute()
    log(query="MULTI", status="OK")
    log(query="INCRBY library:counter 1", status="OK", value="QUEUED")
    log(query="INCRBY library:counter 1", status="OK", value="QUEUED")
    log(query="EXEC", status="OK", value="[1, 2]")
    r.close()


def listen(version, names):
    """Somebody who listens, and somebody who speaks."""
    c, speaker = Connection(), Connection()
    if version == 3:
        ask(c, "HELLO", 3, resource="")

    def channels(*words):
        c.send(encode(*words))
        value = ", ".join(text(c.read()) for _ in words[1:] or [None])
        log(**asked(c, words, value=value))

    def message(kind, channel, value):
        got = c.read()
        assert got[0] == kind and got[-1] == value, got
        log(method=kind.upper(), resource=channel, value=value, pushed="message")

    channels("SUBSCRIBE", *names)
    for name in names:
        ask(speaker, "PUBLISH", name, f"to {name}")
        message("message", name, f"to {name}")
    channels("PSUBSCRIBE", "weather.*")
    ask(speaker, "PUBLISH", "weather.today", "rain")
    message("pmessage", "weather.today", "rain")
    if version == 3:
        ask(c, "SET", "between", "messages")
        channels("SSUBSCRIBE", "shard")
        ask(speaker, "SPUBLISH", "shard", "part")
        message("smessage", "shard", "part")
        channels("SUNSUBSCRIBE", "shard")
    else:
        ask(c, "PING", "still there")
    channels("PUNSUBSCRIBE", "weather.*")
    # Without names: a confirmation for each channel. The first one is the answer.
    c.send(encode("UNSUBSCRIBE"))
    first = text(c.read())
    for _ in names[1:]:
        c.read()
    log(**asked(c, ("UNSUBSCRIBE",), value=first))
    ask(c, "GET", "color")
    c.close()
    speaker.close()


def watch():
    """Somebody who sees all commands."""
    c, other = Connection(), Connection()
    ask(c, "MONITOR")
    for words in [("SET", "watched", 'a "quoted" value\n'), ("GET", "watched")]:
        ask(other, *words)
        c.read()
        fact = asked(c, words)
        log(**{**fact, "pushed": "monitor"})
    other.close()
    c.close()


def channels():
    listen(2, ["news", "sport"])
    listen(3, ["news", "sport", "weather"])
    watch()


def writes():
    """What a replica is sent on."""
    c = Connection()
    for words in [("SET", "replicated", "value"), ("INCR", "replicated:counter"), ("DEL", "replicated")]:
        ask(c, *words)
        # Behind the change of the database.
        log(**{**asked(c, words), "pushed": "replication"})
    replies = []

    def wait():
        c.send(encode("WAIT", 1, 5000))
        replies.append(c.read())

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()
    log(**asked(c, ("WAIT", 1, 5000), value=replies[0]))
    c.close()


{"session": session, "library": library, "channels": channels, "writes": writes}[sys.argv[1]]()
