"""Makes a queue that keeps all of an exchange, or writes what it kept, headers and bodies, into a file.

keep.py PORT EXCHANGE QUEUE [FILE]
"""

import sys

import pika

PORT, EXCHANGE, QUEUE = sys.argv[1:4]


def main():
    parameters = pika.ConnectionParameters("127.0.0.1", int(PORT), heartbeat=30)
    channel = pika.BlockingConnection(parameters).channel()
    channel.exchange_declare(EXCHANGE, "topic", durable=True)
    channel.queue_declare(QUEUE, durable=True)
    channel.queue_bind(QUEUE, EXCHANGE, "#")
    if len(sys.argv) < 5:
        return
    with open(sys.argv[4], "wb") as out:
        while True:
            method, properties, body = channel.basic_get(QUEUE)
            if method is None:
                return
            out.write(repr(method).encode() + repr(properties).encode() + body + b"\n")


main()
