// A writer in a process of its own, which a test can stop and wake: it appends large batches until it may
// not.

import EventStore
import EventStorePostgres
import EventStoreTesting
import Glibc

let arguments = CommandLine.arguments
guard arguments.count == 4, let shard = UInt16(arguments[2]), let rows = Int(arguments[3]) else {
    print("usage: EventStoreProbe CONNINFO-WITHOUT-USER SHARD ROWS-A-BATCH")
    exit(2)
}

/// The exit codes by which the test tells the endings apart.
func code(of error: AppendError) -> Int32 {
    switch error {
    case .fenced: 3
    case .outcomeUnknown: 4
    case .unavailable: 5
    case .refused: 6
    }
}

let log = try PostgresLog.open(PostgresAccess { user in "\(arguments[1]) user=\(user)" })
let writer = try log.acquire(ShardNumber(shard), holder: "probe", takingOver: false)
var head = writer.headAtStart
var maker = EventMaker()
maker.payloadBytes = 20_000
do throws(AppendError) {
    while true {
        let batch = maker.batch(after: head, count: rows)
        head = try writer.append(batch, after: head, epoch: writer.epoch)
    }
} catch {
    print(error)
    exit(code(of: error))
}
