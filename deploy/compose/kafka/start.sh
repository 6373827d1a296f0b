#!/bin/bash
# Formats a broker's folder once, and starts it.
set -euo pipefail
umask 077
case "$NODE" in 1) port=9094 ;; 2) port=9095 ;; 3) port=9096 ;; *) echo "NODE has to be 1, 2 or 3" >&2; exit 1 ;; esac
cat "/run/secrets/kafka_${NODE}_key" "/run/secrets/kafka_${NODE}_certificate" > /tmp/keystore.pem
sed -e "s/@NODE@/$NODE/g" -e "s/@PORT@/$port/g" -e "s/@PUBLIC_HOST@/${PUBLIC_HOST:-localhost}/g" \
    /etc/platewatch/broker.properties > /tmp/broker.properties
users=()
for user in admin relay matcher recognize; do
    users+=(--add-scram "SCRAM-SHA-256=[name=$user,password=$(cat "/run/secrets/kafka_${user}_password")]")
done
kafka="${KAFKA_HOME:-/opt/kafka}"
# The same cluster on every node and at every start. The first users are made with it.
"$kafka/bin/kafka-storage.sh" format --ignore-formatted --cluster-id "${CLUSTER_ID:-cGxhdGV3YXRjaC1vbmUtMQ}" \
    --config /tmp/broker.properties "${users[@]}"
exec "$kafka/bin/kafka-server-start.sh" /tmp/broker.properties
