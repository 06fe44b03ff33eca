"""Stands before a MongoDB server that does not compress, and compresses: offers what the client asks for in its hello.

    mongodb_proxy.py ADDRESS PORT PORT-OF-THE-SERVER
"""

import asyncio
import struct
import sys
import zlib

import bson
import snappy
import zstandard

ADDRESS, PORT, SERVER_PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
UNPACK = {0: bytes, 1: snappy.uncompress, 2: zlib.decompress, 3: zstandard.ZstdDecompressor().decompress}
PACK = {0: bytes, 1: snappy.compress, 2: zlib.compress, 3: zstandard.ZstdCompressor().compress}
REPLY, COMPRESSED, MSG = 1, 2012, 2013


async def message(reader):
    head = await reader.readexactly(16)
    length, ident, to, code = struct.unpack("<iiii", head)
    return ident, to, code, await reader.readexactly(length - 16)


def whole(ident, to, code, body):
    return struct.pack("<iiii", len(body) + 16, ident, to, code) + body


def offering(code, body, compressors):
    """The reply to a hello, with what it can be compressed with."""
    front = 20 if code == REPLY else 5
    document = bson.decode(body[front:])
    document["compression"] = compressors
    return body[:front] + bson.encode(document)


async def client(reader, writer):
    server_reader, server_writer = await asyncio.open_connection(ADDRESS, SERVER_PORT)
    try:
        while True:
            ident, to, code, body = await message(reader)
            algorithm, asked = None, []
            if code == COMPRESSED:
                code, _, algorithm = struct.unpack_from("<iiB", body)
                body = UNPACK[algorithm](body[9:])
            elif b"compression\0" in body:
                asked = [name for name in ("snappy", "zlib", "zstd") if name.encode() in body]
            server_writer.write(whole(ident, to, code, body))
            if code == MSG and body[0] & 2:
                continue
            ident, to, code, body = await message(server_reader)
            if asked:
                body = offering(code, body, asked)
            if algorithm is not None:
                body = struct.pack("<iiB", code, len(body), algorithm) + PACK[algorithm](body)
                code = COMPRESSED
            writer.write(whole(ident, to, code, body))
            await writer.drain()
    except asyncio.IncompleteReadError:
        pass
    finally:
        writer.close()
        server_writer.close()


async def main():
    async with await asyncio.start_server(client, ADDRESS, PORT) as listening:
        await listening.serve_forever()


asyncio.run(main())
