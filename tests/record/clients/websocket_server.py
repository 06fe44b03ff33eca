"""A WebSocket server that sends back what it gets.

    websocket_server.py ADDRESS PORT
"""

import asyncio
import sys

import websockets


async def echo(ws):
    async for message in ws:
        await ws.send(message)


async def main():
    async with websockets.serve(echo, sys.argv[1], int(sys.argv[2]), compression=None, subprotocols=["chat"], server_header=None):
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
