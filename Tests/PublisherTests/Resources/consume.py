"""Writes a line for every message of a queue that gets all of an exchange: `ready`, then

    shard position hash body-digest routing-key message-id log

It lives through restarts of the broker: consume.py PORT EXCHANGE QUEUE FILE
"""

import hashlib
import sys
import time

import pika

PORT, EXCHANGE, QUEUE, FILE = sys.argv[1:]
ACKNOWLEDGED_TOGETHER = 100


def consume(out):
    parameters = pika.ConnectionParameters("127.0.0.1", int(PORT), heartbeat=30)
    channel = pika.BlockingConnection(parameters).channel()
    channel.exchange_declare(EXCHANGE, "topic", durable=True)
    channel.queue_declare(QUEUE, durable=True)
    channel.queue_bind(QUEUE, EXCHANGE, "#")
    channel.basic_qos(prefetch_count=10 * ACKNOWLEDGED_TOGETHER)
    out.write("ready\n")
    out.flush()
    waiting = []
    for method, properties, body in channel.consume(QUEUE, inactivity_timeout=0.05):
        if method is not None:
            headers = properties.headers
            waiting.append(method.delivery_tag)
            out.write(
                f"{headers['shard']} {headers['position']} {headers['hash']} {hashlib.sha256(body).hexdigest()} "
                f"{method.routing_key} {properties.message_id} {headers['log']}\n"
            )
        if waiting and (method is None or len(waiting) >= ACKNOWLEDGED_TOGETHER):
            out.flush()
            channel.basic_ack(waiting[-1], multiple=True)
            waiting.clear()


def main():
    with open(FILE, "a") as out:
        while True:
            try:
                consume(out)
            except pika.exceptions.AMQPError:
                time.sleep(0.1)


main()
