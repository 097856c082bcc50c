/// Values that some threads make while another takes them.
public enum Pipeline {
    private struct State<Value> {
        /// Values that were made and not taken yet, by their numbers.
        var made: [Int: Value] = [:]
        var begun = 0
        var taken = 0
        var isEnded = false
    }

    /// Has `makers` threads make `count` values by their numbers from 0, and hands them to `take` on this one
    /// in that order, until it says `false`.
    ///
    /// One maker makes one after another. No value is begun while `valuesMax` are on their way. Blocks until
    /// the makers have ended.
    public static func run<Value: Sendable>(
        _ count: Int,
        makers: Int,
        valuesMax: Int,
        make: @escaping @Sendable (_ number: Int) -> Value,
        take: (Value) -> Bool
    ) {
        let state = Monitor(State<Value>())
        let threads = (0..<min(makers, count)).compactMap { _ in
            SystemThread {
                while let number = next(state, count, valuesMax) {
                    let value = make(number)
                    state.change { $0.made[number] = value }
                }
            }
        }
        for number in 0..<count {
            // A system without room for one more thread does one after the other.
            let value = threads.isEmpty ? make(number) : taken(number, state)
            guard take(value) else { break }
        }
        state.change { $0.isEnded = true }
        for thread in threads { thread.join() }
    }

    /// The next value to make; `nil` at the end.
    private static func next<Value>(_ state: Monitor<State<Value>>, _ count: Int, _ valuesMax: Int) -> Int? {
        state.await { state -> Int?? in
            if state.isEnded || state.begun == count { return .some(nil) }
            guard state.begun - state.taken < valuesMax else { return nil }
            defer { state.begun += 1 }
            return state.begun
        }
    }

    private static func taken<Value>(_ number: Int, _ state: Monitor<State<Value>>) -> Value {
        state.await { state in
            guard let value = state.made.removeValue(forKey: number) else { return nil }
            state.taken += 1
            return value
        }
    }
}
