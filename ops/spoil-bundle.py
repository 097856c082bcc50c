#!/usr/bin/env python3
"""Writes copies of a bundle, each spoiled in one way: ops/spoil-bundle.py BUNDLE FOLDER COUNT KEY. For ops/prove.

COUNT copies have a change in one file, as somebody makes it who has no key. Copies with names that begin with `lie-`
are what a signer could make who lies: the manifest is signed anew with KEY, the file of the private key, so that only
the checks behind the signature can refuse them. A lie's name says what its refusal must say.
"""

import base64
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import random
import re
import sys


def load(name):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    loader = importlib.machinery.SourceFileLoader(re.sub(r"\W", "_", name), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


WAYS = load("spoil-proof.py").WAYS[:4]


def read(folder):
    files = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                files[os.path.relpath(path, folder)] = file.read()
    return files


def write(files, folder):
    for name, data in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)


def sign(files, key_file):
    """Makes the manifest true of the files and signs it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    text, _, signed = files["MANIFEST"].decode().rpartition("\n\n")
    head = text.split("\n")[:5]
    lines = [
        f"file {hashlib.sha256(data).hexdigest()} {len(data)} {name}"
        for name, data in sorted(files.items()) if name != "MANIFEST"]
    text = "\n".join(head + lines) + "\n"
    with open(key_file, encoding="ascii") as file:
        key = base64.b64decode(file.readline().strip().split("+", 4)[4])[1:]
    _, name, old = signed.strip().split(" ")
    hash_of_key = base64.b64decode(old)[:4]
    signature = hash_of_key + Ed25519PrivateKey.from_private_bytes(key).sign(text.encode())
    files["MANIFEST"] = f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n".encode()


def messages(data):
    """The parts of events.pb, each with its length."""
    parts, place = [], 0
    while place < len(data):
        size, end, shift = 0, place, 0
        while True:
            size |= (data[end] & 127) << shift
            shift, end = shift + 7, end + 1
            if data[end - 1] < 128:
                break
        parts.append(data[place:end + size])
        place = end + size
    return parts


class Forms:
    """The three forms of the events, changed together."""

    def __init__(self, files):
        self.files = dict(files)
        self.lines = files["events.jsonl"].decode().splitlines(keepends=True)
        self.messages = messages(files["events.pb"])
        proof = files["events.proof"].decode()
        head, self.checkpoint = proof.split("\ncheckpoint\n", 1)
        self.proof = head.split("\n")
        self.after = int(self.proof[2].split(" ")[1])

    def place_of(self, position):
        """The line of an event in the proof, which shows others beside those of the span."""
        for place in range(3, len(self.proof), 2):
            data = base64.b64decode(self.proof[place].split(" ")[1])
            if int.from_bytes(data[28:36], "big") == position:
                return place
        raise LookupError(position)

    def leave_out(self, index):
        place = self.place_of(json.loads(self.lines[index])["position"])
        del self.proof[place:place + 2], self.lines[index], self.messages[index]
        return self

    def change(self, index, old, new):
        assert old in self.lines[index]
        self.lines[index] = self.lines[index].replace(old, new, 1)
        return self

    def result(self):
        self.files["events.jsonl"] = "".join(self.lines).encode()
        self.files["events.pb"] = b"".join(self.messages)
        self.files["events.proof"] = ("\n".join(self.proof) + "\ncheckpoint\n" + self.checkpoint).encode()
        return self.files


def lies(files):
    """What a lying signer could hand over, with a part of the reason for which it must be refused."""
    events = [json.loads(line) for line in files["events.jsonl"].decode().splitlines()]
    # In the middle of a stream: the versions before and behind it are shown.
    inner = [
        index for index, event in enumerate(events)
        if any(e["stream"] == event["stream"] and e["version"] == event["version"] + 1 for e in events)]
    for number, index in enumerate(inner[:: max(1, len(inner) // 40)]):
        yield f"is left out {number}", Forms(files).leave_out(index).result()
    for number, index in enumerate(range(0, len(events), max(1, len(events) // 20))):
        for key in ("version", "commandId", "actor", "recordedAt", "businessDate", "hash", "type", "correlation"):
            value = json.dumps(events[index][key], ensure_ascii=False)
            other = {"version": "77777", "recordedAt": '"2001-01-01T00:00:00Z"', "businessDate": '"2001-01-01"'}
            spoiled = Forms(files).change(index, f'"{key}":{value}', f'"{key}":{other.get(key, chr(34) + "x" + chr(34))}')
            yield f"another {key} {number}", spoiled.result()
        data = json.dumps(events[index]["data"], ensure_ascii=False, separators=(",", ":"))
        amount = re.search(r'"(\d+(?:\.\d+)?)"', data)
        if amount:
            other = data.replace(amount.group(0), '"123456.789"', 1)
            yield f"is not the same {number}", Forms(files).change(index, f'"data":{data}', f'"data":{other}').result()
    swapped = Forms(files)
    swapped.messages[0], swapped.messages[1] = swapped.messages[1], swapped.messages[0]
    yield "is another in events.pb 0", swapped.result()
    spoiled = Forms(files)
    spoiled.proof[4] = spoiled.proof[4].rsplit(" ", 1)[0]
    yield "the path is too short 0", spoiled.result()
    longer = Forms(files)
    longer.lines.append(longer.lines[-1])
    yield "has more events than are proven 0", longer.result()
    yield "missing 0", {name: data for name, data in files.items() if name != "summary.html"}


def main():
    bundle, folder, count, key = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    files = read(bundle)
    choice = random.Random(7)
    names = sorted(files)
    for number in range(count):
        spoiled = dict(files)
        name = names[number % len(names)]
        while spoiled.get(name) == files[name]:
            spoiled[name] = WAYS[number // len(names) % len(WAYS)](files[name], choice)
        write(spoiled, f"{folder}/{number:04}")
    without = dict(files)
    del without[names[1]]
    write(without, f"{folder}/without")
    write({**files, "schemas/more.proto": b"\n"}, f"{folder}/with-more")
    for reason, lie in lies(files):
        sign(lie, key)
        write(lie, f"{folder}/lie-{reason.replace(' ', '-')}")


main()
