#!/usr/bin/env bash
# Records pgsql.pcap, pgsql-extended.pcap and pgsql-tls.pcap: a PostgreSQL server, asked through psycopg2, psycopg 3, asyncpg,
# psql and pgbench.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export PATH="$PATH:/usr/lib/postgresql/15/bin"
wants postgres:postgresql-15 psql:postgresql-client-15 openssl:openssl ss:iproute2 setpriv:util-linux \
  /usr/lib/python3/dist-packages/psycopg2:python3-psycopg2 /usr/lib/python3/dist-packages/psycopg:python3-psycopg \
  /usr/lib/python3/dist-packages/asyncpg:python3-asyncpg
inside "$RECORD/pgsql.sh"
echo "$SERVER db.example.org" >>/etc/hosts
export PGHOST=db.example.org PGUSER=ann PGPASSWORD='correct horse' PGDATABASE=shop PGSSLMODE=disable PGGSSENCMODE=disable

as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }

postgres_up() {
  mkdir "$W/db"
  chown postgres "$W/db"
  as_postgres initdb -D "$W/db" --auth-local=trust --auth-host=scram-sha-256 --no-sync --encoding=UTF8 --no-locale \
    >"$W/initdb.log" 2>&1
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=db.example.org \
    -keyout "$W/db/server.key" -out "$W/db/server.crt" 2>/dev/null
  chown postgres "$W/db"/server.*
  chmod 600 "$W/db/server.key"
  echo 'host all all 0.0.0.0/0 scram-sha-256' >>"$W/db/pg_hba.conf"
  as_postgres postgres --single -D "$W/db" postgres >"$W/single.log" 2>&1 <<'S'
CREATE USER ann PASSWORD 'correct horse'
CREATE DATABASE shop OWNER ann
S
  server postgres setpriv --reuid postgres --regid postgres --clear-groups postgres -D "$W/db" -h $SERVER \
    -c ssl=on -c fsync=off -c unix_socket_directories="$W/db" -c timezone=UTC -c autovacuum=off
  await_port tcp 5432
}

simple() {
  "$PYTHON" "$RECORD/clients/pgsql_client.py" simple "$W" >>"$PCAPS/pgsql.expected.jsonl"
  psql -X -q -c "SELECT count(*) FROM orders; SELECT 'a;b' AS words" >"$W/psql.log"
  expect pgsql '{"query": "SELECT count(*) FROM orders", "status": "OK", "num_rows": 1, "num_fields": 1}'
  expect pgsql '{"query": "SELECT '"'a;b'"' AS words", "status": "OK", "num_rows": 1, "num_fields": 1}'
  psql -X -q -c "COMMIT; SELEC 1; SELECT 2" >"$W/psql.log" 2>&1 || true
  expect pgsql '{"query": "COMMIT", "status": "Error", "not_run": false, "error_code": "42601"}'
  expect pgsql '{"query": "SELEC 1", "status": "Error", "not_run": true}'
  expect pgsql '{"query": "SELECT 2", "status": "Error", "not_run": true}'
  psql -X -q -c "SELECT 1; SELECT 1 / 0; SELECT 2" >"$W/psql.log" 2>&1 || true
  expect pgsql '{"query": "SELECT 1", "status": "OK", "num_rows": 1}'
  expect pgsql '{"query": "SELECT 1 / 0", "status": "Error", "not_run": false, "error_code": "22012"}'
  expect pgsql '{"query": "SELECT 2", "status": "Error", "not_run": true}'
  psql -X -q -c '\copy orders (name) from stdin' <<<$'glue\ntape' >"$W/psql.log"
  expect pgsql '{"query": "COPY  orders ( name ) FROM STDIN", "status": "OK", "num_rows": 2, "affected_rows": 2}'
  # Asked for, and refused: GSSAPI is not there, so the session goes on in the clear. And a wrong password.
  PGSSLMODE=allow psql -X -q -c "SELECT 'allowed' AS words" >"$W/psql.log"
  expect pgsql '{"query": "SELECT '"'allowed'"' AS words", "status": "OK", "num_rows": 1}'
  PGPASSWORD='wrong horse' psql -X -q -c "SELECT 1" >"$W/psql.log" 2>&1 || true
  expect pgsql '{"query": null, "method": "LOGIN", "status": "Error", "error_code": "28P01"}'
}

extended() {
  "$PYTHON" "$RECORD/clients/pgsql_client.py" extended "$W" >>"$PCAPS/pgsql-extended.expected.jsonl"
}

tls() {
  PGSSLMODE=require psql -X -q -c 'SELECT 1' >"$W/psql.log"
  # Nothing of it can be seen: no line.
}

for name in pgsql pgsql-extended pgsql-tls; do expect_none $name; done
postgres_up
capture pgsql 'tcp port 5432' simple
capture pgsql-extended 'tcp port 5432' extended
capture pgsql-tls 'tcp port 5432' tls
