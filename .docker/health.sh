#!/bin/bash
# The image's HEALTHCHECK: exit code 0 when the server beside it is healthy. A shell, since it runs each second and an
# interpreter of Python costs ten times as much to start; that is left to TLS, which a shell has not.
port=9867
[[ ${ZUORA_MOCK_PORT:-} =~ ^[0-9]+$ ]] && port=$ZUORA_MOCK_PORT
if [ -n "${ZUORA_MOCK_TLS_CERT:-}" ]; then
  exec python3 -I -c "
import ssl, urllib.request
context = ssl._create_unverified_context()  # it is the port that is known
urllib.request.urlopen('https://127.0.0.1:$port/__admin/health', timeout=2, context=context)
"
fi
exec 3<>"/dev/tcp/127.0.0.1/$port" &&
  printf 'GET /__admin/health HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 &&
  read -rt 2 -u 3 _ status _ &&
  [ "$status" = 200 ]
