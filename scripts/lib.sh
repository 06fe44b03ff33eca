# Sourced by the scripts beside it.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
# rustup puts cargo here; shells started before that do not have it in their path.
PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin:/sbin"

say() { echo "==> $*"; }
fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# as_root COMMAND...: with sudo where we are not root.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root for: $* (become root or install sudo)"
  fi
}

# setup: installs what a build needs and this machine lacks, says what and why; says nothing if all is there.
setup() {
  local packages=()
  lacks cc && packages+=(build-essential) && say "missing: a C compiler and linker (crates with C code, and rustc's linking)"
  lacks pkg-config && packages+=(pkg-config) && say "missing: pkg-config (how libpcap is found)"
  [[ -e /usr/include/pcap.h || -e /usr/include/pcap/pcap.h ]] || {
    packages+=(libpcap-dev)
    say "missing: libpcap's headers (live capture)"
  }
  lacks python3 && packages+=(python3) && say "missing: python3 (the checks that read JSON)"
  lacks git && packages+=(git) && say "missing: git (the checks list the files of the project)"
  lacks curl && packages+=(curl ca-certificates) && say "missing: curl (fetches rustup, and asks the endpoint in tests)"
  # The tests of live capture make networks of their own, with these on both sides.
  local pair
  for pair in ip:iproute2 setpriv:util-linux nginx:nginx-light unbound:unbound postfix:postfix mariadbd:mariadb-server \
    mariadb:mariadb-client redis-server:redis-server redis-cli:redis-tools dig:bind9-dnsutils swaks:swaks; do
    lacks "${pair%%:*}" && packages+=("${pair#*:}") && say "missing: ${pair%%:*} (tests of live capture)"
  done
  if ((${#packages[@]})); then
    command -v apt-get >/dev/null || fail "this is no Debian or Ubuntu: install what takes the place of ${packages[*]}"
    say "installing ${packages[*]}"
    as_root apt-get update -q >/dev/null
    [[ " ${packages[*]} " != *" postfix "* ]] ||
      as_root debconf-set-selections <<<'postfix postfix/main_mailer_type select No configuration'
    # RUNLEVEL=1: services that come with the packages are not started.
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends "${packages[@]}" >/dev/null
  fi
  if lacks cargo; then
    say "missing: Rust; installing its stable toolchain with rustup for this user"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y -q --profile minimal -c rustfmt -c clippy
    hash -r
    lacks cargo && fail "rustup ran, yet there is no cargo: see its messages above"
  fi
  old_rust
}

lacks() { ! command -v "$1" >/dev/null; }

# old_rust: brings the toolchain up to what Cargo.toml asks for.
old_rust() {
  local wanted have
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  have=$(rustc --version | cut -d' ' -f2)
  [[ $(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -1) != "$wanted" ]] || return 0
  lacks rustup && fail "Rust $have is older than $wanted, and rustup is not there to update it: install $wanted or newer"
  say "Rust $have is older than $wanted: updating the stable toolchain"
  rustup toolchain install stable --profile minimal -c rustfmt -c clippy
  export RUSTUP_TOOLCHAIN=stable
}
