/// Values that one thread makes while another takes them.
public enum Pipeline {
    private struct State<Value, Outcome> {
        var values: [Value] = []
        var outcome: Outcome?
    }

    /// Runs `make` on a thread of its own and hands what it puts to `take` on this one, in that order.
    ///
    /// Answers what `make` does, which waits while `valuesMax` values are on their way. Blocks until all are
    /// taken.
    public static func run<Value: Sendable, Outcome: Sendable>(
        valuesMax: Int,
        make: @escaping @Sendable (_ put: (Value) -> Void) -> Outcome,
        take: (Value) -> Void
    ) -> Outcome {
        let state = Monitor(State<Value, Outcome>())
        let maker = SystemThread {
            let outcome = make { value in
                state.await { state -> Void? in
                    guard state.values.count < valuesMax else { return nil }
                    return state.values.append(value)
                }
            }
            state.change { $0.outcome = outcome }
        }
        // A system without room for one more thread does one after the other.
        guard let maker else { return make { take($0) } }
        while true {
            let (values, outcome) = state.await { state -> ([Value], Outcome?)? in
                guard !state.values.isEmpty || state.outcome != nil else { return nil }
                defer { state.values = [] }
                return (state.values, state.outcome)
            }
            for value in values { take(value) }
            if values.isEmpty, let outcome {
                maker.join()
                return outcome
            }
        }
    }
}
