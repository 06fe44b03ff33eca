#!/usr/bin/env bash
# Records mdns-llmnr.pcap: Avahi answers dig and python3-zeroconf. LLMNR is spoken on both sides by a script of ours:
# Debian's only responder (systemd-resolved) needs a running systemd.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants avahi-daemon:avahi-daemon dig:bind9-dnsutils /usr/lib/python3/dist-packages/zeroconf:python3-zeroconf
inside "$RECORD/mdns.sh"

avahi_up() {
  mkdir -p "$W/avahi/services" /etc/avahi /run/avahi-daemon
  echo '192.0.2.40 camera.local' >"$W/avahi/hosts"
  cat >"$W/avahi/services/printer.service" <<'S'
<?xml version="1.0" standalone='no'?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>Drucker im Büro</name>
  <service><type>_ipp._tcp</type><port>631</port><txt-record>rp=printers/office</txt-record><txt-record>note=first floor</txt-record></service>
</service-group>
S
  cat >"$W/avahi/avahi-daemon.conf" <<'C'
[server]
host-name=printer
use-ipv4=yes
use-ipv6=yes
allow-interfaces=sv
enable-dbus=no
[publish]
publish-hinfo=no
publish-workstation=no
C
  # Its folders are fixed in the program; these mounts are seen by this script alone.
  mount --bind "$W/avahi" /etc/avahi
  mount -t tmpfs none /run/avahi-daemon
  server avahi avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "$W/avahi/avahi-daemon.conf"
}

local_names() {
  avahi_up # within the capture: what it probes and announces belongs here
  await "the announcement" grep -q 'Service .* successfully established' "$W/avahi.log"
  local q
  for q in 'printer.local A' 'printer.local AAAA' 'camera.local A' '_ipp._tcp.local PTR' '_services._dns-sd._udp.local PTR' \
    '40.2.0.192.in-addr.arpa PTR'; do
    # shellcheck disable=SC2086 # a name and a type
    dig @$SERVER -p 5353 +noedns +norecurse +tries=1 +time=3 $q >"$W/dig.log" || fail "$q: no answer"
    expect mdns-llmnr "{\"protocol\": \"mdns\", \"name\": \"${q% *}\", \"type\": \"${q#* }\", \"rcode\": \"NOERROR\"}"
  done
  "$PYTHON" "$RECORD/clients/mdns_client.py" $CLIENT >"$W/zeroconf.log"
  server llmnr "$PYTHON" "$RECORD/clients/llmnr.py" answer $SERVER printer 192.0.2.25
  await_port udp 5355
  "$PYTHON" "$RECORD/clients/llmnr.py" ask $CLIENT printer A >>"$PCAPS/mdns-llmnr.expected.jsonl"
  "$PYTHON" "$RECORD/clients/llmnr.py" ask $CLIENT nobody A >>"$PCAPS/mdns-llmnr.expected.jsonl"
}

ip route add 224.0.0.0/4 dev cl
there ip route add 224.0.0.0/4 dev sv
expect_none mdns-llmnr
capture mdns-llmnr 'udp port 5353 or udp port 5355' local_names
