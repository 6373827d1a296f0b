#!/bin/sh
# Makes what compose.yaml takes from secrets/: passwords, a certificate authority of its own, and a key for each broker
# and for the services. Nothing that is there is made anew..
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets

password() {
    [ -s "$1" ] || openssl rand -hex 24 | tr -d '\n' > "$1"
}
for name in postgres_password database_password database_owner_password metrics_token grafana_password \
    kafka_admin_password kafka_relay_password kafka_matcher_password kafka_recognize_password; do
    password "$name"
done
[ -s platewatch.env ] || cat > platewatch.env <<END
PLATEWATCH_DATABASE__URL=postgresql://platewatch:$(cat database_password)@/platewatch?host=/var/run/postgresql
PLATEWATCH_DATABASE__OWNER_URL=postgresql://platewatch_owner:$(cat database_owner_password)@/platewatch?host=/var/run/postgresql
END

[ -s ca.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -sha256 \
    -subj "/CN=platewatch kafka authority" -keyout ca.key -out ca.pem 2>/dev/null

# $1: file, $2: common name (who it is to the brokers), $3: names it answers to
certificate() {
    [ -s "$1.pem" ] && return
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -subj "/CN=$2" \
        -keyout "$1.key" -out "$1.csr" 2>/dev/null
    printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$3" > "$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -sha256 \
        -extfile "$1.ext" -out "$1.pem" 2>/dev/null
    rm "$1.csr" "$1.ext"
}
for node in 1 2 3; do
    certificate "kafka-$node" broker "DNS:kafka-$node,DNS:localhost${PUBLIC_HOST:+,DNS:$PUBLIC_HOST}"
done

# Containers read them as users of their own; the folder is closed to everybody else on this machine.
chmod 0700 .
chmod 0644 -- *
chmod 0600 ca.key platewatch.env
