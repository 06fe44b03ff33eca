#!/usr/bin/env bash
# Records http.pcap: nginx, Python's servers, tinyproxy and a WebSocket server, asked by curl and by hand.
#
# Ports: 80 nginx, 443 nginx with TLS (reached through CONNECT alone), 5000 Python with HTTP/1.1,
# 8000 Python's http.server (HTTP/1.0), 8002 WebSocket, 8080 tinyproxy.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
wants nginx:nginx-light curl:curl tinyproxy:tinyproxy-bin openssl:openssl \
  /usr/lib/python3/dist-packages/websockets:python3-websockets
inside "$RECORD/http.sh"

site() {
  mkdir -p "$W/www/up" "$W/tmp"
  "$PYTHON" - "$W/www" <<'P'
import pathlib, sys
www = pathlib.Path(sys.argv[1])
words = "one two three four five six seven eight nine ten".split()
text = " ".join(words[(i * 7 + i // 10) % 10] for i in range(900))
(www / "index.html").write_text("<!doctype html><title>Example</title><h1>Example</h1>\n")
(www / "text.txt").write_text(text)
(www / "app.js").write_text("// words\nconst words = " + repr(text) + ";\n")
(www / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12)
(www / "empty.txt").write_text("")
P
  echo "alice:$(openssl passwd -apr1 -salt example secret)" >"$W/htpasswd"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=www.example.org \
    -keyout "$W/tls.key" -out "$W/tls.crt" 2>/dev/null
  find "$W/www" -type f -exec touch -d 2026-01-15T09:00:00Z {} +
}

servers_up() {
  site
  cat >"$W/nginx.conf" <<N
daemon off; worker_processes 1; user root; pid $W/nginx.pid; error_log stderr;
events { }
http {
  access_log off;
  types { text/html html; text/plain txt; application/javascript js; image/png png; }
  client_body_temp_path $W/tmp; proxy_temp_path $W/tmp; fastcgi_temp_path $W/tmp;
  uwsgi_temp_path $W/tmp; scgi_temp_path $W/tmp;
  client_max_body_size 64k; large_client_header_buffers 4 8k;
  gzip on; gzip_types application/javascript; gzip_min_length 100;
  server {
    listen $SERVER:80; listen [$SERVER6]:80; server_name www.example.org; root $W/www;
    location /old { return 301 http://www.example.org/index.html; }
    location /moved { return 307 /form; }
    location /form { default_type application/json; return 200 '{"ok": true}'; }
    location /created { default_type application/json; add_header Location /orders/17; return 201 '{"id": 17}'; }
    location /nothing { return 204; }
    location /login { add_header Set-Cookie "session=0123456789abcdef; Path=/; HttpOnly"; add_header Set-Cookie "theme=dark"; return 200 "welcome"; }
    location /private { auth_basic "example"; auth_basic_user_file $W/htpasswd; try_files /text.txt =404; }
    location /teapot { return 418 "short and stout"; }
    location /broken { return 503 "try again later"; }
    location /up/ { dav_methods PUT DELETE; create_full_put_path on; }
    location /api/ { proxy_pass http://127.0.0.1:1/; }
  }
  server { listen $SERVER:443 ssl; ssl_certificate $W/tls.crt; ssl_certificate_key $W/tls.key; root $W/www; }
}
N
  cat >"$W/tinyproxy.conf" <<T
Port 8080
Listen $SERVER
Timeout 20
Allow $CLIENT
ConnectPort 443
ConnectPort 80
DisableViaHeader Yes
T
  server nginx nginx -p "$W" -c "$W/nginx.conf"
  server tinyproxy tinyproxy -d -c "$W/tinyproxy.conf"
  server http-10 "$PYTHON" -m http.server --bind $SERVER --directory "$W/www" 8000
  server http-11 "$PYTHON" "$RECORD/clients/http_server.py" $SERVER 5000
  server websocket "$PYTHON" "$RECORD/clients/websocket_server.py" $SERVER 8002
  local port
  for port in 80 443 5000 8000 8002 8080; do await_port tcp $port; done
}

# Request lines of curl are known from its arguments; the answer's status is asked of curl and compared.
# fetch METHOD HOST TARGET STATUS [curl's arguments...]; a HOST with :PORT is asked there.
fetch() {
  local method=$1 host=$2 target=$3 status=$4 got
  shift 4
  got=$(curl -sS --http1.1 --path-as-is -A 'curl' -o "$W/body" -w '%{http_code}' "$@" "http://$host$target")
  [[ $got == "$status" ]] || fail "$method $host$target: $got instead of $status"
  exchange "$method" "$host" "$target" "$status"
}
exchange() { # METHOD HOST TARGET STATUS, as on the wire
  expect http "$("$PYTHON" "$RECORD/clients/http_client.py" line "$@")"
}

exchanges() {
  local www=www.example.org
  fetch GET $www / 200
  fetch HEAD $www /logo.png 200 -I
  fetch GET $www /logo.png 200
  fetch GET $www /missing/page.html 404
  fetch GET $www /nothing 204
  fetch GET $www '/text.txt?q=caf%C3%A9+au+lait&lang=de&empty=&flag&a=1&a=2' 200
  fetch GET $www '/%69ndex.html?x=%26%3D%2F' 200
  fetch GET $www /text.txt 206 -r 0-99
  fetch GET $www /text.txt 206 -r 0-9,20-29
  fetch GET $www /text.txt 416 -r 99999-
  fetch GET $www /text.txt 304 -H 'If-Modified-Since: Thu, 15 Jan 2026 09:00:00 GMT'
  fetch GET $www /text.txt 304 -H "If-None-Match: $(etag text.txt)"
  fetch GET $www /app.js 200 --compressed
  fetch POST $www /form 200 -d 'name=J%C3%BCrgen&password=secret&city=Bad+Homburg'
  fetch POST $www /created 201 -H 'Content-Type: application/json' -d '{"sku": "A-1", "amount": 3}'
  fetch POST $www /form 200 -F 'field=value' -F "file=@$W/www/index.html"
  fetch PUT $www /up/new.txt 201 -T "$W/www/text.txt" -H 'Expect: 100-continue'
  fetch PUT $www /up/new.txt 204 -T - -H 'Expect:' <"$W/www/text.txt"
  fetch DELETE $www /up/new.txt 204 -X DELETE
  fetch POST $www /form 413 --data-binary "@$W/large" -H 'Expect: 100-continue'
  fetch OPTIONS $www / 405 -X OPTIONS
  fetch GET $www /login 200
  fetch GET $www /index.html 200 -b 'session=0123456789abcdef; theme=dark' -e http://www.example.org/login
  fetch GET $www /private 401
  fetch GET $www /private 200 -u alice:secret
  fetch GET $www /private 401 -u alice:wrong
  fetch GET $www /old 301
  fetch GET $www /teapot 418
  fetch GET $www /broken 503
  fetch GET $www /api/down 502
  fetch GET $www /index.html 200 -H "X-Long: $(printf 'x%.0s' {1..3000})" -H 'X-Forwarded-For: 198.51.100.7, 203.0.113.9'
  fetch GET $www /index.html 400 -H "X-Too-Long: $(printf 'x%.0s' {1..9000})"
  fetch GET $www /index.html 200 --http1.0
  fetch GET www6.example.org /index.html 200
  fetch GET "[$SERVER6]" /text.txt 200
  # What follows a redirect is a second exchange, on the same connection.
  curl -sS -A curl -L -o "$W/body" "http://$www/old"
  exchange GET $www /old 301
  exchange GET $www /index.html 200
  curl -sS -A curl -L -d 'a=1' -o "$W/body" "http://$www/moved"
  exchange POST $www /moved 307
  exchange POST $www /form 200
  # One connection for several requests. Offers of HTTP/2 that are not taken up stay HTTP/1.1.
  curl -sS -A curl -o "$W/body" "http://$www/" -o "$W/body" "http://$www/app.js" -o "$W/body" "http://$www/nothing" \
    -o "$W/body" "http://$www/empty.txt"
  exchange GET $www / 200
  exchange GET $www /app.js 200
  exchange GET $www /nothing 204
  exchange GET $www /empty.txt 200
  curl -sS -A curl --http2 -o "$W/body" "http://$www/index.html"
  exchange GET $www /index.html 200

  fetch GET $www:8000 /text.txt 200
  fetch HEAD $www:8000 /text.txt 200 -I
  fetch GET $www:8000 /missing 404
  fetch POST $www:8000 /form 501 -d a=1
  "$PYTHON" "$RECORD/clients/http_client.py" by-hand >>"$PCAPS/http.expected.jsonl"

  # A proxy: first an ordinary request with the whole URL, then tunnels.
  curl -sS -A curl -x proxy.example.org:8080 -o "$W/body" "http://$www/index.html"
  exchange GET $www "http://$www/index.html" 200
  curl -sS -A curl -p -x proxy.example.org:8080 -o "$W/body" "http://$www/text.txt"
  exchange CONNECT $www:80 $www:80 200
  exchange GET $www /text.txt 200
  curl -sSk -A curl -x proxy.example.org:8080 -o "$W/body" "https://$www/index.html"
  exchange CONNECT $www:443 $www:443 200
  curl -sS -A curl -p -x proxy.example.org:8080 -o "$W/body" "http://$www:25/" 2>/dev/null && fail "a forbidden CONNECT"
  exchange CONNECT $www:25 $www:25 403
}
etag() { "$PYTHON" -c 'import os,sys; s=os.stat(sys.argv[1]); print("\"%x-%x\"" % (int(s.st_mtime), s.st_size))' "$W/www/$1"; }

servers_up
head -c 70000 /dev/zero | tr '\0' x >"$W/large"
expect_none http
capture http 'tcp portrange 80-8080' exchanges
