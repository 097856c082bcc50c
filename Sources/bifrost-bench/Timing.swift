import Glibc

/// The time since some moment, in nanoseconds, that nobody sets.
func monotonicNanos() -> Int64 { nanos(CLOCK_MONOTONIC) }

/// The processor time of this thread, which others on the machine do not lengthen much.
func threadNanos() -> Int64 { nanos(CLOCK_THREAD_CPUTIME_ID) }

private func nanos(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Times in nanoseconds, sorted.
struct Sample {
    let sorted: [Int64]

    init(_ times: some Sequence<Int64>) { sorted = times.sorted() }

    /// The time that this share of all are not above, in milliseconds; 0 for an empty sample.
    func millis(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let index = min(Int(Double(sorted.count) * share), sorted.count - 1)
        return Double(sorted[index]) / 1e6
    }

    var sumSeconds: Double { Double(sorted.reduce(0, +)) / 1e9 }
}

/// Lets candidates take turns, so that what the machine does meanwhile meets all of them alike.
struct Alternation {
    private(set) var times: [[Int64]]
    private var turn = 0

    init(candidates: Int) { times = Array(repeating: [], count: candidates) }

    /// One turn of each candidate, another one first each time; the first turns warm caches and are not kept.
    ///
    /// `body` may answer with a time that it took itself, in nanoseconds, in place of ours.
    mutating func round(_ body: (_ candidate: Int) throws -> Int64?) rethrows {
        for offset in times.indices {
            let candidate = (turn + offset) % times.count
            let began = monotonicNanos()
            let own = try body(candidate)
            times[candidate].append(own ?? monotonicNanos() - began)
        }
        turn += 1
    }

    /// The times of each candidate without the tenth that warmed the caches.
    var samples: [Sample] { times.map { Sample($0.dropFirst($0.count / 10)) } }

    var rounds: Int { turn }
}
