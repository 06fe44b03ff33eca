# Sourced by the recording scripts: two machines on a wire, and a capture of what passes between them.
#
#   client.example.org  192.0.2.10  2001:db8::10   interface cl   (clients run here, tcpdump listens here)
#   mail/www/ns1...     192.0.2.25  2001:db8::25   interface sv   (servers run here)
#
# Both are network namespaces joined by a veth pair, made by the script itself: no packet of the machine is seen,
# none leaves, and all processes end with the PID namespace. Offload is off, so checksums and segments on the
# interface are those of a real wire; the loopback interface would show neither MAC addresses nor checksums.
set -Eeuo pipefail
trap 'echo "record: $0, line $LINENO: failed: $BASH_COMMAND" >&2' ERR
RECORD=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PCAPS=${PCAPS:-$(cd "$RECORD/../pcaps" && pwd)}
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C.UTF-8 TZ=UTC
# Debian's own Python: the one that sees Debian's Python packages.
PYTHON=/usr/bin/python3
CLIENT=192.0.2.10 SERVER=192.0.2.25 SERVER6=2001:db8::25
LONGEST=${LONGEST:-180} # seconds that one script may take

say() { echo "[$(date +%T)] $*"; }
fail() { echo "record: $*" >&2; exit 1; }

# wants PATH-OR-COMMAND:PACKAGE... installs the packages whose command or file is missing, and says so.
wants() {
  local pair missing=()
  for pair in ip:iproute2 ethtool:ethtool tcpdump:tcpdump unshare:util-linux /usr/bin/python3:python3 "$@"; do
    command -v "${pair%%:*}" >/dev/null || [[ -e ${pair%%:*} ]] || missing+=("${pair#*:}")
  done
  ((${#missing[@]})) || return 0
  say "installing from Debian, because the recording needs them: ${missing[*]}"
  if [[ " ${missing[*]} " == *" postfix "* ]]; then
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  fi
  apt-get update -q >/dev/null
  # RUNLEVEL=1: the packages' services are not started.
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

# inside SCRIPT: runs the script again in namespaces of its own, or, when already there, makes the wire.
inside() {
  [[ $(id -u) == 0 ]] || fail "run as root: capturing and network namespaces need it"
  if [[ ${RECORD_INSIDE:-} != "$1" ]]; then
    RECORD_INSIDE=$1 exec timeout --kill-after=10 "$LONGEST" \
      unshare --net --uts --pid --fork --kill-child --mount-proc -- bash "$1"
  fi
  W=$(mktemp -d "${TMPDIR:-/tmp}/record.XXXXXX")
  chmod 755 "$W"
  SERVERS=()
  trap 'stop_servers; kill "$ROUTER" 2>/dev/null || true; rm -rf "$W"' EXIT
  trap 'exit 130' INT TERM
  make_wire
  make_names
}

make_wire() {
  unshare --net sleep infinity &
  ROUTER=$!
  until [[ $(readlink "/proc/$ROUTER/ns/net") != $(readlink /proc/self/ns/net) ]]; do sleep 0.01; done
  ip link add cl type veth peer name sv netns "$ROUTER"
  one_end "" cl 02:00:00:00:00:10 $CLIENT/24 2001:db8::10/64
  one_end there sv 02:00:00:00:00:25 $SERVER/24 $SERVER6/64
  until ip link show cl | grep -q 'state UP'; do sleep 0.01; done
}

one_end() { # WHERE INTERFACE MAC IPV4 IPV6
  local dev=$2
  $1 ip link set lo up
  # Known neighbours and no router search: the capture starts with the first client's packet.
  $1 sysctl -qw "net.ipv6.conf.$dev.router_solicitations=0" "net.ipv6.conf.$dev.accept_dad=0" 2>/dev/null || true
  $1 ip link set "$dev" address "$3" mtu 1500
  $1 ip addr add "$4" dev "$dev"
  $1 ip -6 addr add "$5" dev "$dev" nodad
  $1 ethtool -K "$dev" tx off tso off gso off gro off >/dev/null
  $1 ip link set "$dev" multicast on up
}

make_names() {
  hostname client.example.org
  cat >"$W/hosts" <<H
127.0.0.1 localhost
$CLIENT client.example.org
$SERVER mail.example.org www.example.org api.example.org proxy.example.org ns1.example.org
$SERVER6 mail6.example.org www6.example.org
H
  printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$W/resolv.conf"
  # A mount namespace comes with --mount-proc: the machine's own files stay as they are.
  mount --bind "$W/hosts" /etc/hosts
  mount --bind "$W/resolv.conf" /etc/resolv.conf
}

# there COMMAND...: runs it on the servers' machine.
there() { nsenter --target "$ROUTER" --net -- "$@"; }

# server NAME COMMAND...: runs it there in the background until stop_servers; its words go to a log.
server() {
  local name=$1
  shift
  nsenter --target "$ROUTER" --net -- "$@" >"$W/$name.log" 2>&1 &
  SERVERS+=($!)
}

stop_servers() {
  local pid
  for pid in "${SERVERS[@]:-}"; do [[ -z $pid ]] || kill "$pid" 2>/dev/null || true; done
  for pid in "${SERVERS[@]:-}"; do [[ -z $pid ]] || wait "$pid" 2>/dev/null || true; done
  SERVERS=()
}

# await WHAT COMMAND...: until it succeeds; 20 seconds at most.
await() {
  local what=$1 end=$((SECONDS + 20))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > end)); then
      tail -n 20 "$W"/*.log >&2 || true
      fail "waited in vain for $what"
    fi
    sleep 0.05
  done
}

# await_port tcp|udp PORT: the servers' machine listens there. Asks the kernel: a probe would be in the capture.
await_port() { await "port $1/$2" listens "${1:0:1}" "$2"; }
listens() { [[ -n $(there ss -Hln"$1" "sport = :$2") ]]; }

not_listens() { ! listens "$@"; }

# capture NAME FILTER COMMAND...: runs the client's commands while what passes goes to NAME.pcap.
capture() {
  local name=$1 filter=$2 dump
  shift 2
  say "$name: capturing"
  # Port 9 carries one packet, the sign that everything before it has been written.
  tcpdump -Z root -i cl -n -s 0 --immediate-mode -U -w "$W/$name.raw" "($filter) or udp dst port 9" \
    2>"$W/$name.tcpdump" &
  dump=$!
  await "tcpdump" grep -q 'listening on' "$W/$name.tcpdump"
  "$@"
  await "the end of all connections" quiet
  echo end >"/dev/udp/$SERVER/9"
  await "the last packet" written "$W/$name.raw"
  kill -INT "$dump"
  wait "$dump" || true
  grep -q '^0 packets dropped by kernel' "$W/$name.tcpdump" || fail "$name: tcpdump dropped packets, run it again"
  tcpdump -Z root -n -r "$W/$name.raw" -w "$PCAPS/$name.pcap" "$filter" 2>/dev/null
  say "$name: $(tcpdump -n -r "$PCAPS/$name.pcap" 2>/dev/null | wc -l) packets, $(stat -c %s "$PCAPS/$name.pcap") bytes"
}
written() { tcpdump -n -r "$1" 'udp dst port 9' 2>/dev/null | grep -q .; }
quiet() {
  local open
  open=$({ ss -Htna; there ss -Htna; } | awk '$1 != "LISTEN" && $1 != "TIME-WAIT" && $4 !~ /^127|^\[::1/')
  [[ -z $open ]]
}

# expect NAME JSON: one line of what the client did. `expect_none NAME` starts the file anew.
expect() { printf '%s\n' "$2" >>"$PCAPS/$1.expected.jsonl"; }
expect_none() { : >"$PCAPS/$1.expected.jsonl"; }
