#!/usr/bin/env bash
# Records smtp.pcap, smtp-session.pcap and smtp-starttls.pcap: Postfix and aiosmtpd, asked by swaks, smtp-source and
# a client by hand for what no mail program sends on demand.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants postfix:postfix swaks:swaks openssl:openssl ss:iproute2 \
  /usr/share/doc/libnet-ssleay-perl:libnet-ssleay-perl /usr/lib/python3/dist-packages/aiosmtpd:python3-aiosmtpd
inside "$RECORD/smtp.sh"

postfix_up() {
  mkdir -p "$W/postfix" "$W/queue" "$W/data"
  chown postfix "$W/data"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=mail.example.org \
    -keyout "$W/tls.key" -out "$W/tls.crt" 2>/dev/null
  printf '%s x\n' bob@example.org carol@example.org dave@example.org 'zoë@example.org' >"$W/postfix/recipients"
  echo '/^Subject: forbidden/ REJECT this subject is not wanted here' >"$W/postfix/header_checks"
  cat >"$W/postfix/main.cf" <<C
compatibility_level = 3.6
queue_directory = $W/queue
data_directory = $W/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = $W/mail.log
maillog_file_prefixes = $W
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.org
smtpd_banner = \$myhostname ESMTP
inet_interfaces = all
inet_protocols = all
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
relay_domains = example.org
relay_recipient_maps = texthash:$W/postfix/recipients
transport_maps = inline:{example.org=discard:}
header_checks = regexp:$W/postfix/header_checks
smtpd_peername_lookup = no
smtpd_hard_error_limit = 3
smtpd_soft_error_limit = 2
smtpd_error_sleep_time = 0
message_size_limit = 200000
smtpd_tls_security_level = $1
smtpd_tls_cert_file = $W/tls.crt
smtpd_tls_key_file = $W/tls.key
C
  cat >"$W/postfix/master.cf" <<'C'
smtp      inet  n - n - 8 smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
error     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
proxymap  unix  - - n - - proxymap
postlog   unix-dgram n - n - 1 postlogd
C
  server postfix postfix -c "$W/postfix" start-fg
  await_port tcp 25
  # The process started is a script; this one is the server.
  SERVERS+=("$(tr -d ' ' <"$W/queue/pid/master.pid")")
}

one_mail() {
  cat >"$W/mail" <<'M'
From: Alice <alice@example.org>
To: Bob <bob@example.org>, Carol <carol@example.org>
Subject: Quarterly report
Date: Thu, 15 Jan 2026 09:00:00 +0000
Message-ID: <20260115090000.1@client.example.org>

Hello Bob, hello Carol,

the quarterly report is ready: all numbers are up.

Alice
M
  swaks --server mail.example.org --ehlo client.example.org --from alice@example.org \
    --to bob@example.org,carol@example.org --data "@$W/mail" >"$W/swaks.log"
  expect smtp '{"mail_from": "alice@example.org", "rcpt_to": ["bob@example.org", "carol@example.org"], "rejected_rcpt_to": [], "subject": "Quarterly report", "code": 250}'
}

sessions() {
  "$PYTHON" "$RECORD/clients/smtp_client.py" >>"$PCAPS/smtp-session.expected.jsonl"
  smtp-source -4 -c -s 1 -m 2 -l 400 -M client.example.org -f alice@example.org -t bob@example.org \
    -S 'From a generator' mail.example.org:25 >"$W/source.log" 2>&1
  local i
  for i in 1 2; do
    expect smtp-session '{"mail_from": "alice@example.org", "rcpt_to": ["bob@example.org"], "rejected_rcpt_to": [], "subject": "From a generator", "code": 250}'
  done
  with_login PLAIN alice@example.org 'correct horse' 235
  with_login LOGIN alice@example.org 'correct horse' 235
  with_login CRAM-MD5 alice@example.org 'correct horse' 235
  with_login PLAIN alice@example.org 'wrong horse' 535
}

with_login() { # MECHANISM USER PASSWORD CODE
  swaks --server mail.example.org --port 587 --ehlo client.example.org --from alice@example.org --to bob@example.org \
    --auth "$1" --auth-user "$2" --auth-password "$3" --header "Subject: Sent after AUTH $1" \
    --header 'Date: Thu, 15 Jan 2026 09:00:00 +0000' --header 'Message-Id: <20260115090000.2@client.example.org>' \
    --body 'This one needed a login.' >"$W/swaks.log" 2>&1 || [[ $4 == 535 ]]
  grep -q "^<[-~*][* ] *$4 " "$W/swaks.log" || { cat "$W/swaks.log"; fail "AUTH $1: no $4"; }
  [[ $4 == 535 ]] || expect smtp-session "{\"mail_from\": \"alice@example.org\", \"rcpt_to\": [\"bob@example.org\"], \"rejected_rcpt_to\": [], \"subject\": \"Sent after AUTH $1\", \"code\": 250, \"auth\": \"$1\", \"user\": \"$2\"}"
}

starttls() {
  local common=(--server mail.example.org --ehlo client.example.org --from alice@example.org --to bob@example.org
    --header 'Date: Thu, 15 Jan 2026 09:00:00 +0000' --header 'Message-Id: <20260115090000.3@client.example.org>')
  swaks "${common[@]}" --tls --header 'Subject: Nobody on the wire reads this' >"$W/swaks.log"
  expect smtp-starttls '{"starttls": true}'
  swaks "${common[@]}" --header 'Subject: No secret at all' >"$W/swaks.log"
  expect smtp-starttls '{"mail_from": "alice@example.org", "rcpt_to": ["bob@example.org"], "rejected_rcpt_to": [], "subject": "No secret at all", "code": 250}'
}

postfix_up none
server aiosmtpd "$PYTHON" "$RECORD/clients/smtp_server.py" $SERVER 587
await_port tcp 587
for name in smtp smtp-session smtp-starttls; do expect_none $name; done
capture smtp 'tcp port 25' one_mail
capture smtp-session 'tcp port 25 or tcp port 587' sessions
stop_servers
await "Postfix to end" not_listens t 25
postfix_up may
capture smtp-starttls 'tcp port 25' starttls
