"""Appends batches with the `eventsourcing` library from PyPI, one for each line of standard input.

    append_eventsourcing.py CONNINFO PAYLOAD_BYTES < numbers

Each line is a number of events; the answer is the nanoseconds that their append took.
"""

import sys
import time
import uuid

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

STREAMS = 5_000


def main() -> None:
    place = conninfo_to_dict(sys.argv[1])
    state = bytes(int(sys.argv[2]))
    datastore = PostgresDatastore(
        dbname=place["dbname"],
        host=place["host"],
        port=place.get("port", "5432"),
        user=place["user"],
        password=place.get("password", ""),
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="peer_events")
    recorder.create_table()
    streams = [uuid.uuid4() for _ in range(STREAMS)]
    versions = [0] * STREAMS
    made = 0
    for line in sys.stdin:
        events = []
        for _ in range(int(line)):
            stream = made % STREAMS
            versions[stream] += 1
            made += 1
            events.append(StoredEvent(streams[stream], versions[stream], "bench:Appended", state))
        began = time.perf_counter_ns()
        recorder.insert_events(events)
        print(time.perf_counter_ns() - began, flush=True)


main()
