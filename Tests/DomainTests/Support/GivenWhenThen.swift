import BifrostKernel
import Testing

/// The state after `events`.
func folded<D: Decider>(_ decider: D.Type, _ events: [D.Event]) -> D.State {
    var state = D.initial
    for event in events { D.evolve(&state, by: event) }
    return state
}

/// The events of `command`.
func decided<D: Decider>(_ decider: D.Type, _ command: D.Command, _ state: D.State) throws -> [D.Event] {
    var decision = Decision<D.Event>()
    try D.decide(command, given: state, into: &decision)
    return Array(decision.events)
}

/// After `events`, `command` leads to `expected` and to nothing else.
func expect<D: Decider>(
    _ decider: D.Type,
    given events: [D.Event],
    when command: D.Command,
    then expected: [D.Event],
    at location: SourceLocation = #_sourceLocation
) where D.Event: Equatable {
    do {
        let found = try decided(decider, command, folded(decider, events))
        #expect(found == expected, sourceLocation: location)
    } catch {
        Issue.record("expected \(expected.count) events, was refused: \(error)", sourceLocation: location)
    }
}

/// After `events`, `command` is refused with `rejection`.
func expect<D: Decider>(
    _ decider: D.Type,
    given events: [D.Event],
    when command: D.Command,
    refused rejection: Rejection,
    at location: SourceLocation = #_sourceLocation
) where D.Event: Equatable {
    #expect(throws: rejection, sourceLocation: location) {
        try decided(decider, command, folded(decider, events))
    }
}
