/// What a run came to.
package struct FaultSummary: Sendable, CustomStringConvertible {
    package init() {}
    package internal(set) var rounds = 0
    /// Commands that clients were told an outcome of.
    package internal(set) var acknowledged = 0
    /// Attempts that ended without a word of what happened; each was asked again.
    package internal(set) var unanswered = 0
    /// Acknowledged commands that were not in the log.
    package internal(set) var lost = 0
    /// Commands that were in the log twice.
    package internal(set) var doubled = 0
    /// Events that were verified at the end of their data directory.
    package internal(set) var events: Int64 = 0
    /// Trades that both the log and the venue's book had.
    package internal(set) var executions = 0
    /// Events that read models were proven to be folds of, counted for each of them.
    package internal(set) var folded: Int64 = 0
    /// The longest time from a fault to the next acknowledgement.
    package internal(set) var outageMillisMax: Int64 = 0
    package internal(set) var violations: [String] = []

    /// The one line that is shown.
    package var description: String {
        """
        faults: \(rounds) rounds, \(acknowledged) commands acknowledged, lost \(lost), doubled \(doubled), \
        unanswered and settled \(unanswered), events verified \(events), trades equal to the venue's \(executions), \
        events of read models equal to a fresh fold \(folded), longest outage \(outageMillisMax) ms, \
        violations \(violations.count)
        """
    }
}
