#!/usr/bin/env bash
# Records cassandra.pcap, cassandra-v3.pcap, cassandra-v5.pcap and cassandra-v5-lz4.pcap: a Cassandra server, asked through
# DataStax's driver for Python and through cqlsh.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants java:openjdk-17-jre-headless mvn:maven ss:iproute2
VERSION=5.0.9
# Not in Debian: the server from Maven Central, the clients from PyPI. No packet leaves once the recording has begun.
JARS=${JARS:-${TMPDIR:-/tmp}/record-cassandra-$VERSION}
PYLIB=${PYLIB:-${TMPDIR:-/tmp}/record-cassandra-driver}
if [[ ! -d $JARS ]]; then
  mkdir "$JARS"
  cat >"$JARS/pom.xml" <<P
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>record</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>org.apache.cassandra</groupId><artifactId>cassandra-all</artifactId><version>$VERSION</version>
  </dependency></dependencies>
</project>
P
  (cd "$JARS" && mvn -q -B dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=.)
fi
[[ -d $PYLIB/cassandra ]] || "$PYTHON" -m pip install -q --target "$PYLIB" cassandra-driver lz4 python-snappy cqlsh
export JARS PYLIB PYTHONPATH=$PYLIB
inside "$RECORD/cassandra.sh"
echo "$SERVER db.example.org" >>/etc/hosts

cassandra_up() {
  mkdir -p "$W"/{config,tmp}
  cat >"$W/config/cassandra.yaml" <<Y
cluster_name: shop
num_tokens: 1
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "127.0.0.1:7000"
listen_address: 127.0.0.1
rpc_address: $SERVER
native_transport_port: 9042
start_native_transport: true
authenticator: PasswordAuthenticator
data_file_directories: [$W/data]
commitlog_directory: $W/commitlog
saved_caches_directory: $W/saved_caches
hints_directory: $W/hints
cdc_raw_directory: $W/cdc_raw
commitlog_sync: periodic
commitlog_sync_period: 10000ms
commitlog_segment_size: 4MiB
memtable_heap_space: 32MiB
memtable_offheap_space: 32MiB
auto_snapshot: false
Y
  cat >"$W/config/logback.xml" <<'X'
<configuration>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date %-5level %logger{1} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="STDOUT"/></root>
</configuration>
X
  local opens=() package
  for package in java.base/{java.io,java.lang,java.lang.module,java.lang.reflect,java.math,java.net,java.nio,java.util} \
    java.base/{java.util.concurrent,java.util.concurrent.atomic,jdk.internal.loader,jdk.internal.ref,jdk.internal.reflect} \
    java.base/{jdk.internal.math,jdk.internal.module,jdk.internal.util.jar,sun.nio.ch} \
    java.rmi/{java.rmi,sun.rmi.registry,sun.rmi.server} java.rmi/sun.rmi.transport.tcp jdk.unsupported/sun.misc \
    java.management.rmi/com.sun.jmx.remote.internal.rmi java.management/javax.management java.sql/java.sql \
    jdk.management/com.sun.management.internal; do
    opens+=("--add-opens=$package=ALL-UNNAMED" "--add-exports=$package=ALL-UNNAMED")
  done
  server cassandra java "${opens[@]}" -Xms512m -Xmx512m -XX:+UseSerialGC -Djdk.attach.allowAttachSelf=true -Djava.net.preferIPv4Stack=true \
    -Djna.tmpdir="$W/tmp" -Djava.io.tmpdir="$W/tmp" -Dio.netty.tryReflectionSetAccessible=true \
    -Dcassandra.storagedir="$W" -Dcassandra.ring_delay_ms=100 -Dcassandra.skip_wait_for_gossip_to_settle=0 \
    -Dcassandra.superuser_setup_delay_ms=0 -Dcassandra.jmx.local.port=0 -Dcassandra-foreground=yes \
    -Dcassandra.config="file://$W/config/cassandra.yaml" -Dlogback.configurationFile="$W/config/logback.xml" \
    -cp "$W/config:$JARS/*" org.apache.cassandra.service.CassandraDaemon
  # It takes longer than other servers: as long as it lives, and the script may.
  until grep -q "Created default superuser role" "$W/cassandra.log" && listens t 9042; do
    kill -0 "${SERVERS[-1]}" 2>/dev/null || { tail -n 30 "$W/cassandra.log"; fail "cassandra has ended"; }
    sleep 0.2
  done
}

driver() { "$PYTHON" "$RECORD/clients/cassandra_client.py" "$1" >>"$PCAPS/$2.expected.jsonl"; }

version4() {
  driver v4 cassandra
  "$PYLIB/bin/cqlsh" -u cassandra -p cassandra --protocol-version 4 db.example.org \
    -e "SELECT id, name FROM shop.users WHERE id = 2" >"$W/cqlsh.log" 2>&1
  expect cassandra '{"op": "QUERY", "version": "4", "query": "SELECT id, name FROM shop.users WHERE id = 2;", "status": "OK", "num_rows": 1}'
}

for name in cassandra cassandra-v3 cassandra-v5 cassandra-v5-lz4; do expect_none $name; done
cassandra_up
capture cassandra 'tcp port 9042' version4
capture cassandra-v3 'tcp port 9042' driver v3 cassandra-v3
capture cassandra-v5 'tcp port 9042' driver v5 cassandra-v5
capture cassandra-v5-lz4 'tcp port 9042' driver v5-lz4 cassandra-v5-lz4
