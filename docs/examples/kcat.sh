#!/bin/sh
# Receive an agency's alerts with kcat: each once, from where the group left off. kcat.conf holds (mode 0600)
#   security.protocol=SASL_SSL
#   ssl.ca.location=ca.pem
#   sasl.mechanisms=SCRAM-SHA-256
#   sasl.username=suffolk-pd
#   sasl.password=...
#   auto.offset.reset=earliest
# Its librdkafka has to be 2.6.1 or newer (kcat -V says which): older ones, as Debian 12 has, cannot log in by SCRAM to a
# Kafka of 3.9.1 or newer. A group of its own name, which the agreement's rights include: it begins with the user's name.
#
#   sh kcat.sh kafka.example.org:9094 platewatch.shared.suffolk.v1 suffolk-pd-example >> alerts.jsonl
set -eu
servers=$1 topic=$2 group=$3
touch seen.txt
# -E: brokers that are away are waited for. Headers, a tab, the alert. ce_id is what doubles have in common; seen.txt remembers it across starts.
kcat -E -u -q -F kcat.conf -b "$servers" -f '%h\t%s\n' -G "$group" "$topic" | while IFS='	' read -r headers alert; do
    id=$(printf '%s' "$headers" | tr ',' '\n' | sed -n 's/^ce_id=//p')
    if [ -n "$id" ] && ! grep -qxF "$id" seen.txt; then
        printf '%s\n' "$alert"
        printf '%s\n' "$id" >> seen.txt
    fi
done
