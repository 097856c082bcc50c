#!/usr/bin/env python3
"""Writes copies of a proof, each spoiled in one way: ops/spoil-proof.py PROOF FOLDER COUNT. For ops/prove."""

import os
import random
import sys


def flip(data, choice):
    place = choice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << choice.randrange(8)]) + data[place + 1:]


def drop_byte(data, choice):
    place = choice.randrange(len(data))
    return data[:place] + data[place + 1:]


def add_byte(data, choice):
    place = choice.randrange(len(data) + 1)
    return data[:place] + bytes([choice.randrange(256)]) + data[place:]


def cut(data, choice):
    return data[: choice.randrange(len(data))]


def on_lines(change):
    def spoil(data, choice):
        lines = data.splitlines(keepends=True)
        change(lines, choice)
        return b"".join(lines)

    return spoil


def drop_line(lines, choice):
    del lines[choice.randrange(len(lines))]


def repeat_line(lines, choice):
    place = choice.randrange(len(lines))
    lines.insert(place, lines[place])


def swap_lines(lines, choice):
    one, other = choice.randrange(len(lines)), choice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def swap_words(lines, choice):
    place = choice.choice([n for n, line in enumerate(lines) if len(line.split()) > 2])
    words = lines[place].split()
    one = choice.randrange(1, len(words))
    other = choice.randrange(1, len(words))
    words[one], words[other] = words[other], words[one]
    lines[place] = b" ".join(words) + b"\n"


WAYS = [flip, drop_byte, add_byte, cut] + [
    on_lines(way) for way in (drop_line, repeat_line, swap_lines, swap_words)
]


def main():
    path, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path, "rb") as file:
        data = file.read()
    choice = random.Random(6)
    spoiled = {}
    while len(spoiled) < count:
        copy = WAYS[len(spoiled) % len(WAYS)](data, choice)
        if copy != data:
            spoiled.setdefault(copy, len(spoiled))
    os.makedirs(folder)
    for copy, number in spoiled.items():
        with open(f"{folder}/{number:04}.proof", "wb") as file:
            file.write(copy)


if __name__ == "__main__":
    main()
