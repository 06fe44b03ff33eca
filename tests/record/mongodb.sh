#!/usr/bin/env bash
# Records mongodb.pcap and mongodb-compressed.pcap: FerretDB, which speaks MongoDB's protocol, asked through PyMongo; compressed
# through a proxy, because FerretDB does not compress.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants ss:iproute2 go:golang-go
# Not in Debian: the server, built with Go; a PyMongo that this server takes, and what it compresses with.
CACHE=${CACHE:-${TMPDIR:-/tmp}/record-mongodb}
FERRETDB=${FERRETDB:-$CACHE/ferretdb}
export PYTHONPATH=${PYMONGO:-$CACHE/python}
[[ -d $PYTHONPATH/pymongo ]] || "$PYTHON" -m pip install -q --target "$PYTHONPATH" pymongo==4.10.1 python-snappy zstandard

build_ferretdb() {
  mkdir -p "$CACHE/build"
  cat >"$CACHE/build/main.go" <<'G'
package main

import (
	"context"
	"log"
	"os"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	config := &ferretdb.Config{Handler: "sqlite", SQLiteURL: "file:" + os.Args[2] + "/"}
	config.Listener.TCP = os.Args[1]
	server, err := ferretdb.New(config)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Run(context.Background()))
}
G
  (cd "$CACHE/build" && go mod init record && go get github.com/FerretDB/FerretDB@v1.24.0 && go mod tidy &&
    go build -o "$FERRETDB" .) >"$CACHE/build.log" 2>&1 || fail "FerretDB was not built, see $CACHE/build.log"
}
[[ -x $FERRETDB ]] || { mkdir -p "$CACHE" && build_ferretdb; }
inside "$RECORD/mongodb.sh"
echo "$SERVER db.example.org" >>/etc/hosts

mkdir "$W/db"
server ferretdb "$FERRETDB" $SERVER:27017 "$W/db"
await_port tcp 27017
server proxy "$PYTHON" "$RECORD/clients/mongodb_proxy.py" $SERVER 27018 27017
await_port tcp 27018

plain() { "$PYTHON" "$RECORD/clients/mongodb_client.py" plain >>"$PCAPS/mongodb.expected.jsonl"; }
compressed() { "$PYTHON" "$RECORD/clients/mongodb_client.py" compressed >>"$PCAPS/mongodb-compressed.expected.jsonl"; }

for name in mongodb mongodb-compressed; do expect_none $name; done
capture mongodb 'tcp port 27017' plain
capture mongodb-compressed 'tcp port 27018' compressed
