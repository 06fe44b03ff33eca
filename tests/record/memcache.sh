#!/usr/bin/env bash
# Records memcache.pcap, memcache-meta.pcap, memcache-binary.pcap and memcache-udp.pcap: memcached, asked through pymemcache,
# python-memcached, pylibmc (libmemcached) and by hand.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants memcached:memcached ss:iproute2 /usr/lib/python3/dist-packages/pymemcache:python3-pymemcache \
  /usr/lib/python3/dist-packages/memcache.py:python3-memcache /usr/lib/python3/dist-packages/pylibmc:python3-pylibmc
inside "$RECORD/memcache.sh"
echo "$SERVER cache.example.org" >>/etc/hosts

memcached_up() {
  server memcached memcached -u memcache -l $SERVER -p 11211 -U 11211 -m 64 -t 1
  echo 'ann:horse' >"$W/users"
  chmod 644 "$W/users"
  server locked memcached -u memcache -l $SERVER -p 11212 -U 0 -Y "$W/users"
  await_port tcp 11211
  await_port tcp 11212
  await_port udp 11211
}

session() { "$PYTHON" "$RECORD/clients/memcache_client.py" "$1" >>"$PCAPS/$2.expected.jsonl"; }

for name in memcache memcache-meta memcache-binary memcache-udp; do expect_none $name; done
memcached_up
capture memcache 'tcp portrange 11211-11212' session text memcache
capture memcache-meta 'tcp port 11211' session meta memcache-meta
capture memcache-binary 'tcp port 11211' session binary memcache-binary
"$PYTHON" "$RECORD/clients/memcache_client.py" prepare
capture memcache-udp 'udp port 11211' session udp memcache-udp
