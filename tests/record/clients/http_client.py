"""What curl does not send on demand, and the JSON lines that say what was sent.

    http_client.py line METHOD HOST TARGET STATUS    prints the line of one exchange
    http_client.py by-hand                           sends requests by hand and prints their lines

`target` is as on the wire, `path` its decoded path, `query` what follows its question mark. `status` null: no answer.
"""

import asyncio
import json
import socket
import sys
import urllib.parse

import websockets

WWW, PYTHON, WEBSOCKET = ("www.example.org", 80), ("www.example.org", 5000), ("www.example.org", 8002)


def line(method, host, target, status):
    path, mark, query = target.partition("?")
    if method == "CONNECT":
        path = ""
    elif "://" in path:
        path = urllib.parse.urlsplit(path).path
    fact = {"method": method, "host": host, "target": target, "path": urllib.parse.unquote(path)}
    if mark:
        fact["query"] = query
    fact["status"] = status
    print(json.dumps(fact, ensure_ascii=False), flush=True)


class Connection:
    def __init__(self, server):
        self.socket = socket.create_connection(server, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb")

    def write(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))

    def answer(self, wanted, body=True):
        """Reads one answer; a body that ends with the connection is read to its end."""
        status = int(self.answers.readline().split()[1])
        assert status == wanted, (status, wanted)
        headers = {}
        while (text := self.answers.readline().decode().rstrip("\r\n")) != "":
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        if not body or status < 200 or status in (204, 304):
            return headers
        if headers.get("transfer-encoding") == "chunked":
            while size := int(self.answers.readline().split(b";")[0], 16):
                self.answers.read(size + 2)
            while self.answers.readline() != b"\r\n":
                pass
        elif "content-length" in headers:
            self.answers.read(int(headers["content-length"]))
        else:
            self.answers.read()
        return headers

    def close(self):
        self.answers.close()
        self.socket.close()


def request(target, *headers, method="GET", host="www.example.org", body=""):
    head = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers]
    return "\r\n".join(head) + "\r\n\r\n" + body


def pipelined():
    """Five requests in one segment; the answers come in their order."""
    targets = [("GET", "/index.html", 200), ("HEAD", "/text.txt", 200), ("GET", "/missing", 404), ("POST", "/form", 200), ("GET", "/nothing", 204)]
    c = Connection(WWW)
    text = ""
    for method, target, _ in targets:
        if method == "POST":
            text += request(target, "Content-Length: 3", method=method, body="a=b")
        else:
            text += request(target, method=method)
    c.write(text)
    for method, target, status in targets:
        c.answer(status, body=method != "HEAD")
        line(method, "www.example.org", target, status)
    c.close()


def in_pieces():
    """One request in many small segments: cut in the request line, in a header's name, between CR and LF."""
    text = request("/form?cut=1", "X-Pieces: many", "Content-Length: 11", method="POST", body="hello=world")
    c = Connection(WWW)
    for cut in range(0, len(text), 7):
        c.write(text[cut : cut + 7])
    c.answer(200)
    line("POST", "www.example.org", "/form?cut=1", 200)
    c.close()


def chunked():
    """Chunks with extensions and trailers, both ways; an interim answer; a body that ends with the connection."""
    c = Connection(PYTHON)
    c.write(request("/chunked", host="www.example.org:5000"))
    c.answer(200)
    line("GET", "www.example.org:5000", "/chunked", 200)
    c.write(
        request("/echo", "Transfer-Encoding: chunked", "Trailer: X-Sum", "Content-Type: text/plain", method="POST", host="www.example.org:5000")
        + "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n"
    )
    c.answer(200)
    line("POST", "www.example.org:5000", "/echo", 200)
    c.write(request("/hints", host="www.example.org:5000"))
    c.answer(103)
    c.answer(200)
    line("GET", "www.example.org:5000", "/hints", 200)
    c.write(request("/until-close", host="www.example.org:5000"))
    c.answer(200)
    line("GET", "www.example.org:5000", "/until-close", 200)
    c.close()


def odd():
    """Requests that servers refuse, old forms, and one that its sender gave up."""
    c = Connection(WWW)
    c.write("GET / HTTP/1.1\r\n\r\n")
    c.answer(400)
    line("GET", "", "/", 400)
    c.close()
    c = Connection(WWW)
    c.write("GET /index.html HTTP/1.0\r\n\r\n")
    c.answer(200)
    line("GET", "", "/index.html", 200)
    c.close()
    c = Connection(WWW)
    # An empty line before the request, header names in odd case, spaces around values.
    c.write("\r\nGET /nothing HTTP/1.1\r\nhOST:   www.example.org  \r\nACCEPT:\t*/*\r\n\r\n")
    c.answer(204)
    line("GET", "www.example.org", "/nothing", 204)
    c.write(request("http://www.example.org/index.html"))
    c.answer(200)
    line("GET", "www.example.org", "http://www.example.org/index.html", 200)
    c.close()
    c = Connection(WWW)
    c.write(request("/form", "Content-Length: 100", method="POST", body="not all of"))
    c.close()
    line("POST", "www.example.org", "/form", None)


async def websocket():
    uri = "ws://%s:%d/chat" % WEBSOCKET
    async with websockets.connect(uri, compression=None, user_agent_header="client", subprotocols=["chat"]) as ws:
        await ws.send("hello")
        assert await ws.recv() == "hello"
        await ws.send(bytes(300))
        assert await ws.recv() == bytes(300)
        await (await ws.ping(b"are you there"))
    line("GET", "%s:%d" % WEBSOCKET, "/chat", 101)


if sys.argv[1] == "line":
    line(*sys.argv[2:5], int(sys.argv[5]))
else:
    for scene in (pipelined, in_pieces, chunked, odd):
        scene()
    asyncio.run(websocket())
