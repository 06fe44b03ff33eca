#!/usr/bin/env bash
# Records dns.pcap: BIND as an authoritative server (and a second one that copies a zone from it), asked by dig and nsupdate.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants named:bind9 dig:bind9-dnsutils nsupdate:bind9-dnsutils
inside "$RECORD/dns.sh"

zones() {
  mkdir -p "$W/zones" "$W/copies" "$W/keys"
  local soa='@ 3600 IN SOA ns1.example.org. hostmaster.example.org. 2026011500 7200 3600 1209600 300'
  {
    echo "\$ORIGIN example.org."
    echo "$soa"
    cat <<'Z'
$TTL 3600
@            NS     ns1
@            NS     ns2
@            A      192.0.2.25
@            MX     10 mail
@            MX     20 mail2
@            TXT    "v=spf1 mx -all"
@            TXT    "two" "strings; with \"quotes\" and \195\188"
@            CAA    0 issue "ca.example.net"
@            CAA    128 iodef "mailto:security@example.org"
@            HTTPS  1 . alpn="h2,h3" ipv4hint=192.0.2.25 ipv6hint=2001:db8::25
ns1          A      192.0.2.25
ns1          AAAA   2001:db8::25
ns2          A      192.0.2.26
mail   300   A      192.0.2.25
mail2        A      192.0.2.26
www    60    A      192.0.2.25
www    60    A      192.0.2.26
www    60    AAAA   2001:db8::25
web          CNAME  alias.example.org.
alias        CNAME  www
_sip._tcp    SRV    10 60 5060 sip
_sip._tcp    SRV    20 0 5061 sip
sip          A      192.0.2.27
_8443._foo   SVCB   1 svc port=8443 alpn="h2" no-default-alpn
svc          A      192.0.2.28
info         HINFO  "PDP-11" "UNIX"
tree         DNAME  other.example.net.
*.wild       A      192.0.2.29
child        NS     ns.child
ns.child     A      192.0.2.53
child        DS     31406 8 2 F78CF3344F72137235098ECBBD08947C2C9001C7F6A085A17F518B5D8F6B916D
host         SSHFP  4 2 123456789ABCDEF67890123456789ABCDEF67890123456789ABCDEF123456789
_25._tcp     TLSA   3 1 1 0D6FCE3AD6CAF8C5A4DE72F6F4D9A6A9D2D04C79B3A0C1B8B7B5E4F3D2C1B0A9
e164         NAPTR  100 10 "u" "E2U+sip" "!^.*$!sip:info@example.org!" .
link         URI    10 1 "https://www.example.org/path"
place        LOC    52 31 12.000 N 13 24 18.000 E 34.0m 10m 100m 10m
xn--bcher-kva A     192.0.2.30
a\.b         A      192.0.2.31
under_score  A      192.0.2.32
odd          TYPE65400 \# 4 0A0B0C0D
Z
    local i
    for i in {1..12}; do printf 'large TXT "%03d %0200d"\n' "$i" 0; done
    for i in {1..40}; do printf 'many A 198.51.100.%d\n' "$i"; done
  } >"$W/zones/example.org"
  {
    echo "\$ORIGIN 2.0.192.in-addr.arpa."
    echo "$soa"
    printf '@ 3600 NS ns1.example.org.\n25 3600 PTR mail.example.org.\n10 3600 PTR client.example.org.\n'
  } >"$W/zones/reverse4"
  {
    echo "\$ORIGIN 8.b.d.0.1.0.0.2.ip6.arpa."
    echo "$soa"
    printf '@ 3600 NS ns1.example.org.\n5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 3600 PTR mail.example.org.\n'
  } >"$W/zones/reverse6"
  printf '$ORIGIN dyn.example.org.\n%s\n@ 300 NS ns1.example.org.\n@ 300 NS client.example.org.\nold 300 A 192.0.2.90\n' "$soa" >"$W/zones/dyn"
  printf '$ORIGIN signed.example.org.\n%s\n@ 300 NS ns1.example.org.\n@ 300 A 192.0.2.25\n' "$soa" >"$W/zones/signed"
  printf '$ORIGIN .\n. 3600 SOA ns1.example.org. hostmaster.example.org. 1 7200 3600 1209600 300\n. 3600 NS ns1.example.org.\norg. 3600 NS ns1.example.org.\n' >"$W/zones/root"
  printf '$ORIGIN closed.example.\n%s\n@ 300 NS ns1.example.org.\n' "$soa" >"$W/zones/closed"
  printf 'this is no zone\n' >"$W/zones/broken"
}

named_conf() {
  local common="recursion no; empty-zones-enable no; dnssec-validation no; notify-delay 0; session-keyfile none; key-directory \"$W/keys\";"
  cat >"$W/named.conf" <<N
options { directory "$W"; pid-file none; listen-on port 53 { $SERVER; 127.0.0.1; }; listen-on-v6 port 53 { $SERVER6; };
  $common version "authoritative"; hostname none; minimal-responses no; minimal-any no; server-id "ns1"; tcp-clients 20; check-names master ignore;
  notify explicit; allow-transfer { $CLIENT; }; masterfile-format text; };
controls { };
zone "." { type master; file "zones/root"; };
zone "example.org" { type master; file "zones/example.org"; };
zone "2.0.192.in-addr.arpa" { type master; file "zones/reverse4"; };
zone "8.b.d.0.1.0.0.2.ip6.arpa" { type master; file "zones/reverse6"; };
zone "dyn.example.org" { type master; file "zones/dyn"; allow-update { $CLIENT; }; also-notify { $CLIENT; }; };
zone "signed.example.org" { type master; file "zones/signed"; dnssec-policy default; inline-signing yes; };
zone "closed.example" { type master; file "zones/closed"; allow-query { none; }; };
zone "broken.example" { type master; file "zones/broken"; };
N
  cat >"$W/copy.conf" <<N
options { directory "$W/copies"; pid-file none; listen-on port 53 { $CLIENT; 127.0.0.1; }; listen-on-v6 { none; };
  $common notify no; transfer-source $CLIENT; masterfile-format text; };
controls { };
zone "dyn.example.org" { type slave; file "dyn"; masters { $SERVER; }; allow-notify { $SERVER; }; };
N
}

# ask RCODE NAME TYPE [dig's arguments...]: one query over UDP whose answer is compared.
ask() {
  local rcode=$1 name=$2 type=$3 transport=udp got
  shift 3
  [[ " $* " != *" +tcp "* ]] || transport=tcp
  dig "@$SERVER" +nosearch +norecurse +tries=1 +time=5 +qr "$name" "$type" "$@" >"$W/dig.log" 2>&1 ||
    { cat "$W/dig.log"; fail "dig $name $type"; }
  got=$(sed -n 's/.*, status: \([A-Z]*\),.*/\1/p' "$W/dig.log" | tail -1)
  [[ $got == "$rcode" ]] || { cat "$W/dig.log"; tail -n 60 "$W/named.log"; fail "$name $type: $got instead of $rcode"; }
  query "$name" "$type" "$rcode" "$transport"
}
query() { # NAME TYPE RCODE TRANSPORT; names without the dot at their end, but for the root
  local name=${1%.} rcode
  name=${name//\\/\\\\} # JSON
  [[ $3 == null ]] && rcode=null || rcode="\"$3\""
  expect dns "{\"name\": \"${name:-.}\", \"type\": \"$2\", \"rcode\": $rcode, \"transport\": \"$4\"}"
}

queries() {
  local type
  for type in A AAAA MX TXT NS SOA CAA HTTPS; do ask NOERROR example.org $type; done
  ask NOERROR example.org ANY +notcp
  ask NOERROR example.org ANY +tcp
  ask NOERROR www.example.org A
  ask NOERROR www.example.org AAAA
  ask NOERROR web.example.org A
  ask NOERROR web.example.org CNAME
  ask NOERROR _sip._tcp.example.org SRV
  ask NOERROR _8443._foo.example.org SVCB
  ask NOERROR child.example.org DS
  ask NOERROR www.child.example.org A # a referral
  ask NOERROR info.example.org HINFO
  ask NOERROR deep.tree.example.org A # a DNAME and the CNAME made from it; nothing at its end
  ask NOERROR any.thing.wild.example.org A
  ask NOERROR host.example.org SSHFP
  ask NOERROR _25._tcp.example.org TLSA
  ask NOERROR e164.example.org NAPTR
  ask NOERROR link.example.org URI
  ask NOERROR place.example.org LOC
  ask NOERROR odd.example.org TYPE65400
  ask NOERROR mail.example.org AAAA # no such type
  ask NOERROR 25.2.0.192.in-addr.arpa PTR
  ask NOERROR 5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR
  ask NOERROR xn--bcher-kva.example.org A
  ask NOERROR 'a\.b.example.org' A
  ask NOERROR under_score.example.org A
  ask NOERROR WwW.eXaMpLe.OrG A
  ask NOERROR . NS
  ask NOERROR version.bind TXT -c CH
  ask NXDOMAIN missing.example.org A
  ask NXDOMAIN missing.invalid AAAA
  ask REFUSED closed.example A
  ask SERVFAIL broken.example A
  ask NOTIMP example.org A +opcode=status
  ask BADVERS example.org A +edns=7 +noednsnegotiation
  ask NOERROR www.example.org A +noedns
  ask NOERROR www.example.org A +subnet=198.51.100.0/24 +nsid +cookie=0123456789abcdef
  ask NOERROR www.example.org AAAA +subnet=2001:db8:1234::/48 +bufsize=4096
  ask NOERROR www.example.org A +recurse +adflag +cdflag
  ask NOERROR signed.example.org A +dnssec
  ask NOERROR signed.example.org DNSKEY +dnssec +bufsize=1232
  ask NXDOMAIN missing.signed.example.org A +dnssec
  ask NOERROR www.example.org A -6 "@$SERVER6"
  ask NOERROR many.example.org A
  ask NOERROR many.example.org A +tcp
  ask NOERROR example.org SOA +tcp
  # Cut for UDP, asked again over TCP.
  ask NOERROR large.example.org TXT +noedns +ignore
  dig "@$SERVER" +norecurse large.example.org TXT +noedns +tries=1 >"$W/dig.log"
  grep -q 'retrying in TCP' "$W/dig.log" || fail "large.example.org: not cut"
  query large.example.org TXT NOERROR udp
  query large.example.org TXT NOERROR tcp
  # Several queries over one connection.
  dig "@$SERVER" +norecurse +tcp +keepopen +keepalive www.example.org A example.org MX missing.example.org A _sip._tcp.example.org SRV >"$W/dig.log"
  query www.example.org A NOERROR tcp
  query example.org MX NOERROR tcp
  query missing.example.org A NXDOMAIN tcp
  query _sip._tcp.example.org SRV NOERROR tcp
  by_hand
  # A whole zone, then a server that copies one: it asks for the SOA and the zone when it starts, is told of
  # changes and fetches them.
  dig "@$SERVER" example.org AXFR >"$W/dig.log"
  query example.org AXFR NOERROR tcp
  named -4 -g -c "$W/copy.conf" >"$W/copy.log" 2>&1 &
  SERVERS+=($!)
  await "the copied zone" copied old.dyn.example.org
  nsupdate <<U
server $SERVER
zone dyn.example.org
prereq yxdomain old.dyn.example.org
update delete old.dyn.example.org A
update add new.dyn.example.org 300 A 192.0.2.91
send
U
  await "the change" copied new.dyn.example.org
  # To an address where nobody answers: the same question twice, from two sockets: two queries.
  dig "@$SILENT" +norecurse +tries=2 +time=1 +noedns nobody.example.org A >"$W/dig.log" && fail "an answer from nobody"
  query nobody.example.org A null udp
}
signed() { there dig @127.0.0.1 +norecurse +dnssec signed.example.org A | grep -q RRSIG; }
copied() { dig @127.0.0.1 +norecurse +tries=1 +time=1 "$1" A | grep -q 'IN.A.192'; }

# What dig does not send: no question, two questions, a message that is cut, pipelined queries in one segment and
# one query in two segments, an answer to nothing.
by_hand() { "$PYTHON" "$RECORD/clients/dns_client.py" $SERVER >>"$PCAPS/dns.expected.jsonl"; }

SILENT=192.0.2.53 # an address where nothing answers
there ip addr add $SILENT/32 dev sv
zones
named_conf
server named named -g -c "$W/named.conf"
server silent "$PYTHON" -c "import socket,signal; s=socket.socket(2,2); s.bind(('$SILENT',53)); signal.pause()"
await_port tcp 53

# BIND signs the zone after it has loaded it.
await "the signed zone" signed
expect_none dns
capture dns 'port 53' queries
