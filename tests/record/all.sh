#!/usr/bin/env bash
# Records all captures anew, one script after the other: a second each, or a few.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for script in smtp http dns mdns cassandra mongodb memcache mysql pgsql redis; do ./$script.sh; done
./tns.py
du -ch "${PCAPS:-../pcaps}"/*.pcap
