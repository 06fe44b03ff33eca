"""Sessions with a MongoDB server through PyMongo; prints each command, as PyMongo's own monitoring tells of it, as JSON lines.

    mongodb_client.py plain|compressed
"""

import datetime
import decimal
import json
import sys
import uuid

import bson
import pymongo
from pymongo import monitoring

MODE = sys.argv[1]
# Commands whose own value is a collection.
ON_COLLECTION = (
    "aggregate",
    "createIndexes",
    "delete",
    "distinct",
    "drop",
    "find",
    "findAndModify",
    "insert",
    "killCursors",
    "update",
)


class Log(monitoring.CommandListener):
    """One line for each command: what was asked of what, and what came of it."""

    def __init__(self):
        self.asked = {}

    def started(self, event):
        member = event.command_name if event.command_name in ON_COLLECTION else "collection"
        self.asked[event.request_id] = {
            "command": event.command_name,
            "database": event.database_name,
            "collection": event.command.get(member),
        }

    def told(self, event, reply, status):
        cursor = reply.get("cursor") or {}
        batch = cursor.get("firstBatch", cursor.get("nextBatch"))
        errors = reply.get("writeErrors") or [{}]
        line = self.asked.pop(event.request_id) | {
            "status": "Error" if reply.get("writeErrors") else status,
            "error_code": reply.get("code", errors[0].get("code")),
            "error_type": reply.get("codeName"),
            "returned": None if batch is None else len(batch),
            "cursor": cursor.get("id"),
        }
        print(json.dumps(line))

    def succeeded(self, event):
        self.told(event, event.reply, "OK")

    def failed(self, event):
        self.told(event, event.failure, "Error")


def client(**options):
    return pymongo.MongoClient("db.example.org", event_listeners=[Log()], maxPoolSize=1, appname="recording", **options)


def attempt(what):
    try:
        return what()
    except pymongo.errors.PyMongoError:
        return None  # it is in the log


def kinds():
    """A document with a value of every type that the server takes."""
    return {
        "_id": bson.ObjectId("65a4f0c0a1b2c3d4e5f60718"),
        "text": "Zoë’s <b>\"pens\"</b> & more\n",
        "number": 7,
        "long": 1 << 40,
        "double": 1.5,
        "flag": True,
        "nothing": None,
        "date": datetime.datetime(2026, 1, 15, 9, 0, 0, 500_000),
        "binary": b"\x00\xff",
        "uuid": bson.Binary.from_uuid(uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")),
        "pattern": bson.Regex("^a.*b$", "i"),
        "stamp": bson.Timestamp(1_700_000_000, 3),
        "list": [1, "two", {"three": 3}],
        "inner": {"z": 1, "a": {}},
    }


def plain():
    with client(port=27017) as mongo:
        shop = mongo.shop
        orders = shop.orders
        mongo.admin.command("ping")
        orders.insert_one(kinds())
        orders.insert_many([{"_id": n, "name": f"pens {n}", "price": n / 4} for n in range(250)])
        list(orders.find({"price": {"$gt": 10}}, {"name": 1}).sort("price", -1).skip(2).limit(5))
        list(orders.find({}, batch_size=100))
        orders.find_one({"_id": bson.ObjectId("65a4f0c0a1b2c3d4e5f60718")})
        orders.count_documents({"price": {"$lt": 3}})
        orders.update_many({"price": {"$lt": 1}}, {"$set": {"cheap": True}})
        orders.update_one({"_id": "new"}, {"$set": {"name": "ink"}}, upsert=True)
        orders.find_one_and_update({"_id": 1}, {"$inc": {"price": 1}})
        orders.distinct("name", {"_id": {"$lt": 3}})
        list(orders.aggregate([{"$match": {"price": {"$gt": 60}}}, {"$count": "many"}]))
        orders.create_index("name")
        attempt(lambda: orders.insert_one({"_id": 1}))
        attempt(lambda: orders.insert_many([{"_id": 1}, {"_id": "other"}], ordered=False))
        attempt(lambda: list(orders.find({"$nonsense": 1})))
        attempt(lambda: shop.command("noSuchCommand", 1))
        attempt(lambda: list(orders.aggregate([{"$noSuchStage": {}}])))
        cursor = orders.find({}, batch_size=2)
        next(cursor)
        cursor.close()
        shop.list_collection_names()
        orders.delete_many({"price": {"$gte": 2}})
        orders.insert_one({"_id": "long", "text": "x" * 30_000})
        orders.drop()
        attempt(lambda: shop.command("dropDatabase"))
    unheard()


def unheard():
    """Without a log: the server replies to what wants no reply, and PyMongo meets that where it expects another."""
    with pymongo.MongoClient("db.example.org", 27017) as mongo:
        mongo.shop.orders.with_options(write_concern=pymongo.WriteConcern(w=0)).insert_one({"_id": "unheard"})


def compressed():
    for compressor in ("snappy", "zlib", "zstd"):
        with client(port=27018, compressors=compressor, directConnection=True) as mongo:
            orders = mongo.shop[compressor]
            orders.insert_many([{"_id": n, "name": "pens and ink, and paper", "at": n} for n in range(150)])
            list(orders.find({"at": {"$lt": 50}}))
            list(orders.find({}, batch_size=90))
            attempt(lambda: orders.insert_one({"_id": 1}))
            orders.drop()


{"plain": plain, "compressed": compressed}[MODE]()
