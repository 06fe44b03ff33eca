#!/usr/bin/env bash
# Records mysql.pcap, mysql-prepared.pcap, mysql-compressed.pcap and mysql-tls.pcap: a MariaDB server, asked through PyMySQL,
# MySQL Connector/Python, Perl's DBI and the command line.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants mariadbd:mariadb-server mariadb:mariadb-client openssl:openssl ss:iproute2 perl:perl \
  /usr/lib/python3/dist-packages/pymysql:python3-pymysql /usr/lib/x86_64-linux-gnu/perl5/5.36/DBD/mysql.pm:libdbd-mysql-perl
# Not in Debian.
export PYTHONPATH=${CONNECTOR:-${TMPDIR:-/tmp}/record-mysql-connector}
[[ -d $PYTHONPATH/mysql ]] || "$PYTHON" -m pip install -q --target "$PYTHONPATH" mysql-connector-python
inside "$RECORD/mysql.sh"
echo "$SERVER db.example.org" >>/etc/hosts

mariadb_up() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=db.example.org \
    -keyout "$W/tls.key" -out "$W/tls.crt" 2>/dev/null
  chmod 644 "$W/tls.key"
  mkdir "$W/db"
  chown mysql "$W/db"
  mariadb-install-db --no-defaults --user=mysql --datadir="$W/db" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=normal >"$W/install.log" 2>&1
  cat >"$W/init.sql" <<S
CREATE DATABASE shop;
CREATE USER ann@'%' IDENTIFIED BY 'correct horse';
GRANT ALL ON shop.* TO ann@'%';
S
  chmod 644 "$W/init.sql"
  server mariadb mariadbd --no-defaults --user=mysql --datadir="$W/db" --socket="$W/db/socket" --pid-file="$W/db/pid" \
    --bind-address=$SERVER --port=3306 --skip-name-resolve --local-infile=1 --init-file="$W/init.sql" \
    --ssl-cert="$W/tls.crt" --ssl-key="$W/tls.key"
  await_port tcp 3306
}

command_line() { mariadb --no-defaults -h db.example.org -u ann -p'correct horse' --skip-ssl "$@" >"$W/mariadb.log"; }

text() {
  "$PYTHON" "$RECORD/clients/mysql_client.py" text "$W" >>"$PCAPS/mysql.expected.jsonl"
  command_line shop -A -e 'SELECT VERSION() IS NOT NULL AS told; SHOW TABLES'
  expect mysql '{"query": "SELECT VERSION() IS NOT NULL AS told", "status": "OK", "num_rows": 1}'
  expect mysql '{"query": "SHOW TABLES", "status": "OK", "num_rows": 1}'
}

prepared() {
  "$PYTHON" "$RECORD/clients/mysql_client.py" prepared "$W" >>"$PCAPS/mysql-prepared.expected.jsonl"
  perl -MDBI -e '
    my $db = DBI->connect("DBI:mysql:database=shop;host=db.example.org;mysql_server_prepare=1", "ann", "correct horse", {RaiseError => 1});
    my $found = $db->prepare("SELECT id, words FROM kinds WHERE id = ? OR words = ?");
    for ([1, "x"], [2, undef]) { $found->execute(@$_); $found->fetchall_arrayref }
    $db->disconnect'
  expect mysql-prepared '{"query": "Request Prepare Statement", "note": "SELECT id, words FROM kinds WHERE id = ? OR words = ?", "status": "OK"}'
  expect mysql-prepared '{"query": "SELECT id, words FROM kinds WHERE id = ? OR words = ?", "status": "OK", "num_rows": 1, "params": ["1", "x"]}'
  expect mysql-prepared '{"query": "SELECT id, words FROM kinds WHERE id = ? OR words = ?", "status": "OK", "num_rows": 1, "params": ["2", "NULL"]}'
}

compressed() {
  "$PYTHON" "$RECORD/clients/mysql_client.py" compressed "$W" >>"$PCAPS/mysql-compressed.expected.jsonl"
  command_line shop -A --compress -e "SELECT seq, 'by command line' AS words FROM seq_1_to_300"
  expect mysql-compressed '{"query": "SELECT seq, '"'by command line'"' AS words FROM seq_1_to_300", "status": "OK", "num_rows": 300, "num_fields": 2}'
}

tls() {
  mariadb --no-defaults -h db.example.org -u ann -p'correct horse' --ssl -e 'SELECT 1' >"$W/mariadb.log"
  # Nothing of it can be seen: no line.
}

for name in mysql mysql-prepared mysql-compressed mysql-tls; do expect_none $name; done
mariadb_up
capture mysql 'tcp port 3306' text
capture mysql-prepared 'tcp port 3306' prepared
capture mysql-compressed 'tcp port 3306' compressed
capture mysql-tls 'tcp port 3306' tls
