#!/usr/bin/env python3
"""Check an export of Platewatch's audit without Platewatch: Python 3.11 and the package `cryptography` are enough.

    python verify_audit.py FOLDER --key PUBLIC.pem [--key ANOTHER.pem]

FOLDER is what `platewatch audit export` wrote. The keys have to come from somewhere else than the folder (`platewatch
keys signing`, when the installation was set up): whoever could change the rows could have exchanged keys beside them.
A key that a given one named as its successor counts, too. docs/audit.md says what is computed.

Prints each problem, and exits with 1 where there is one.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

GENESIS = bytes(32)
MOST_PROBLEMS = 100


def main():
    """Check a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", type=Path, action="append", required=True, help="a public key that you trust")
    arguments = parser.parse_args()
    check = Check(arguments.folder, arguments.key)
    check.run()
    for problem in check.problems[:MOST_PROBLEMS]:
        print(problem)
    print(
        f"{check.rows} rows, {check.ended} that have ended, {check.signed} signatures, {len(check.problems)} problems"
    )
    sys.exit(1 if check.problems else 0)


def lines_of(path):
    """Yield a file's lines as bytes, without their ends."""
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                yield line.rstrip(b"\n")


class Check:
    """One way through an export."""

    def __init__(self, folder, keys):
        self.folder = folder
        self.problems = []
        self.rows = self.ended = self.signed = 0
        self.keys = {}
        for path in keys:
            self.trust(path.read_bytes())
        self.position, self.number, self.link = 0, 0, GENESIS

    def trust(self, pem):
        """Take a public key for good."""
        key = load_pem_public_key(pem)
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.keys[hashlib.sha256(raw).hexdigest()[:32]] = Ed25519PublicKey.from_public_bytes(raw)

    def document(self, what, signed, form):
        """Return what was signed, or None where it was not, or not so."""
        key = self.keys.get(signed["key_id"])
        if key is None:
            self.problems.append(f"{what}: signed with the key {signed['key_id']}, which you did not give")
            return None
        try:
            key.verify(base64.b64decode(signed["signature"]), signed["document"].encode())
        except InvalidSignature:
            self.problems.append(f"{what}: the signature is not of what stands there")
            return None
        self.signed += 1
        document = json.loads(signed["document"])
        if document["format"] != form:
            self.problems.append(f"{what}: is a {document['format']}, expected a {form}")
            return None
        return document

    def run(self):
        """Check the files, then the months in order."""
        manifest = json.loads((self.folder / "manifest.json").read_text())
        for name, expected in manifest["files"].items():
            with (self.folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected["sha256"]:
                    self.problems.append(f"{name}: is another file than was exported")
        for line in lines_of(self.folder / "successions.jsonl"):
            self.succeed(json.loads(line))
        months = {one["segment"]: one for one in map(json.loads, lines_of(self.folder / "segments.jsonl"))}
        names = sorted({*months, *(path.name[12:19] for path in self.folder.glob("checkpoints-*.jsonl"))})
        for month in names:
            self.month(month, months.get(month), is_last=month == names[-1])

    def succeed(self, statement):
        """Trust a key that a trusted one named as the next."""
        document = json.loads(statement["document"])
        key = self.keys.get(document["signed_by"])
        if key is not None:
            try:
                key.verify(base64.b64decode(statement["signature"]), statement["document"].encode())
            except InvalidSignature:
                self.problems.append(f"succession to {document['key_id']}: the signature is not of what stands there")
            else:
                self.trust(document["public_key"].encode())

    def month(self, month, sealed, *, is_last):
        """Check one month against what was signed of it."""
        document = sealed and self.document(f"seal of {month}", sealed, "platewatch audit segment 1")
        if document is None and not is_last:
            self.problems.append(f"{month}: its seal is missing or not valid")
        if document is not None and (document["head"], document["first"]) != (self.link.hex(), self.position + 1):
            self.problems.append(f"{month}: does not follow on what was sealed before it")
        if sealed and sealed.get("purge"):
            purge = self.document(f"purge of {month}", sealed["purge"], "platewatch audit segment purged 1")
            if document is None or purge is None or (purge["segment"], purge["tail"]) != (month, document["tail"]):
                self.problems.append(f"{month}: is said to have been purged, and nobody signed that")
            else:
                self.ended += document["rows"]
                self.position, self.number = document["last"], document["last_checkpoint"]
                self.link = bytes.fromhex(document["tail"])
                return
        rows = lines_of(self.folder / f"rows-{month}.jsonl")
        for line in lines_of(self.folder / f"checkpoints-{month}.jsonl"):
            self.part(month, rows, json.loads(line))
        for line in rows:
            self.problems.append(f"{month}: a row behind what was signed last: {line[:80].decode(errors='replace')}")
        if document is not None and (document["last"], document["tail"]) != (self.position, self.link.hex()):
            self.problems.append(f"{month}: its seal is not that of its rows")

    def part(self, month, rows, signed):
        """Check the rows that one signature covers first."""
        document = self.document(f"{month}: a checkpoint", signed, "platewatch audit checkpoint 1")
        if document is None:
            return
        if document["number"] != self.number + 1:
            self.problems.append(f"{month}: checkpoint {document['number']} stands where {self.number + 1} has to")
        self.number = document["number"]
        first = self.position + 1
        while self.position < document["position"]:
            line = next(rows, None)
            if line is None:
                self.problems.append(f"{month}: the rows of places {self.position + 1} and later are missing")
                break
            self.position += 1
            self.row(line, document)
        if self.link.hex() != document["link"]:
            self.problems.append(f"{month}: places {first} to {document['position']} are not what was signed")
        self.position, self.link = document["position"], bytes.fromhex(document["link"])

    def row(self, line, document):
        """Follow the chain over one line: a row, or what is left of one that has ended."""
        row = json.loads(line)
        if "ended" in row:
            self.ended += 1
            digest, moment = bytes.fromhex(row["ended"]["digest"]), row["ended"]["happened_at"]
            over = max(document["ended_before"] or "", self.over())
            if moment >= over:
                self.problems.append(f"place {self.position}: a row of {moment} is missing, and had not to end")
        else:
            self.rows += 1
            digest, moment = hashlib.sha256(line).digest(), row["happened_at"]
        self.link = hashlib.sha256(self.link + digest + moment.encode()).digest()

    def over(self):
        """Return until when rows may have ended, by the newest signed checkpoint."""
        if not hasattr(self, "_over"):
            files = sorted(self.folder.glob("checkpoints-*.jsonl"))
            newest = json.loads(list(lines_of(files[-1]))[-1]) if files else None
            document = newest and self.document("newest checkpoint", newest, "platewatch audit checkpoint 1")
            self._over = (document and document["ended_before"]) or ""
        return self._over


if __name__ == "__main__":
    main()
