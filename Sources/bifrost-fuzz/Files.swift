import BifrostKernel
import Foundation
import References
import Replays
import Sagas

@testable import DomainTests

/// Files that a person names.
extension FuzzTarget {
    /// The days of a calendar.
    static let calendars = FuzzTarget("calendars", seeds: calendarSeeds) { bytes in
        guard let file = try? CalendarFile(String(decoding: bytes, as: UTF8.self)) else { return }
        try promise(!file.name.isEmpty, "a calendar has a name")
        try promise(zip(file.days, file.days.dropFirst()).allSatisfy { $0 < $1 }, "days ascend")
        try promise(file.hours.isEmpty || file.hours.count == file.days.count, "all days have hours, or none")
        guard file.days.count <= ReferenceBook.daysMax else { return }
        var declared = TradingDaysDeclared()
        declared.calendar = file.name
        declared.days = file.days
        declared.hours = file.hours
        var runner = ShardRunner()
        var opened = ShardOpened()
        opened.isReference = true
        try runner.pose(.openShard(opened))
        try runner.pose(.declareTradingDays(declared))
    }

    @Sendable private static func calendarSeeds() throws -> [[UInt8]] {
        let short =
            "calendar X\nfrom 2012-01-01\nthrough 2012-01-31\nhours 09:30 16:00\noffset 2011-11-06 -05:00\n"
        let days = "closed 2012-01-02\nearly 2012-01-03 13:00\nlate 2012-01-04 11:15\n"
        return [Array((short + days).utf8), Array((short + "offset 2012-01-20 -04:00").utf8)]
    }

    /// What an account held elsewhere; a file without faults makes commands that a shard takes or refuses.
    static let holdings = FuzzTarget("holdings", seeds: { holdingSeeds.map { Array($0.utf8) } }) { bytes in
        var runner = try CommandShard.trading.get()
        let text = String(decoding: bytes, as: UTF8.self)
        let file = HoldingsFile(text, runner.state.reference, today: World.monday)
        guard file.faults.isEmpty else { return }
        try promise(!file.commands.isEmpty, "a file without faults says something")
        let account = try runner.open("holder")
        for command in file.commands { try runner.pose(.importHoldings(account, command)) }
        try Invariants.check(runner.state)
    }

    private static let holdingSeeds = [
        """
        \(HoldingsFile.columns)
        cash,,,1000.5,USD,
        lot,SPX,10,1250.25,USD,1989-12-29
        lot,NDX,0.5,12,USD,1990-01-01
        """,
        "\(HoldingsFile.columns)\ncash,,,1,EUR,\nlot,DAX,1,1,EUR,1989-01-02\nlot,SPX,1,1,EUR,1989-02-30\n",
    ]
}
