#!/usr/bin/env bash
# Records redis.pcap, redis-channels.pcap and redis-replica.pcap: a Redis server, asked by hand, by redis-py, redis-cli and redis-benchmark,
# listened to, watched, and followed by a replica.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants redis-server:redis-server redis-cli:redis-tools ss:iproute2 /usr/lib/python3/dist-packages/redis:python3-redis
inside "$RECORD/redis.sh"
echo "$SERVER db.example.org" >>/etc/hosts

redis_up() { # PORT OPTION...
  local port=$1
  shift
  mkdir "$W/redis-$port"
  server "redis-$port" redis-server --bind $SERVER --port "$port" --protected-mode no --save '' --dir "$W/redis-$port" \
    --enable-debug-command yes "$@"
  await_port tcp "$port"
}

by_hand() { "$PYTHON" "$RECORD/clients/redis_client.py" "$2" db.example.org >>"$PCAPS/$1.expected.jsonl"; }

sessions() {
  by_hand redis session
  by_hand redis library
  # On connecting, redis-cli asks nothing of its own accord when it is not a terminal.
  redis-cli -h db.example.org LRANGE list 0 0 >"$W/cli.log"
  expect redis '{"query": "LRANGE list 0 0", "status": "OK", "value": "[a]"}'
  redis-cli -h db.example.org --user ann --pass 'correct horse' --no-auth-warning -3 HGETALL hash >"$W/cli.log"
  expect redis '{"query": "AUTH ann (redacted)", "status": "OK", "user": "ann"}'
  expect redis '{"query": "HGETALL hash", "status": "OK", "value": "[name, pens, price, 1.5]", "user": "ann"}'
  redis-benchmark -h db.example.org -n 60 -c 2 -P 5 -q -t set,get >"$W/benchmark.log" 2>&1
  local i
  for i in $(seq 60); do
    expect redis '{"method": "SET", "resource": "key:__rand_int__", "value": "OK"}'
    expect redis '{"method": "GET", "resource": "key:__rand_int__", "value": "VXK"}'
  done
}

follow() { # PORT: a replica of that server, from here on
  mkdir -p "$W/replica"
  redis-server --bind $CLIENT --port 7000 --protected-mode no --save '' --dir "$W/replica" --replicaof $SERVER "$1" \
    --repl-diskless-load disabled --repl-ping-replica-period 1 >"$W/replica.log" 2>&1 &
  REPLICA=$!
  await "the replica" linked
}
linked() { redis-cli -h $CLIENT -p 7000 INFO replication | grep -q 'master_link_status:up'; }
leave() {
  kill "$REPLICA"
  wait "$REPLICA" || true
}

replicas() {
  follow 6379
  by_hand redis-replica writes
  # The link breaks, and goes on where it was.
  redis-cli -h db.example.org CLIENT KILL TYPE replica >"$W/cli.log"
  await "the replica to ask for the rest" grep -q 'Successful partial resynchronization' "$W/replica.log"
  leave
  follow 6380
  leave
  expect redis-replica '{"query": "CLIENT KILL TYPE replica", "status": "OK", "value": "1"}'
}

redis_up 6379 --repl-diskless-sync no
for name in redis redis-channels redis-replica; do expect_none $name; done
capture redis 'tcp port 6379' sessions
capture redis-channels 'tcp port 6379' by_hand redis-channels channels
redis_up 6380 --repl-diskless-sync yes --repl-diskless-sync-delay 0
there redis-cli -h $SERVER -p 6380 SET there already >"$W/cli.log"
capture redis-replica 'tcp port 6379 or tcp port 6380' replicas
