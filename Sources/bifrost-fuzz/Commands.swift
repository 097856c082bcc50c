import BifrostKernel
import Sagas
import SeededChoices

@testable import DomainTests

/// Sequences of commands that a shard decides.
extension FuzzTarget {
    /// Two bytes are a choice of `Malice`, as in `MaliceTests`; the bytes end the sequence.
    static let decide = FuzzTarget("decide", seeds: choiceSeeds) { bytes in
        var malice = Malice(seed: 0)
        malice.generator = Generator(following: bytes)
        var runner = try CommandShard.chosen(by: &malice.generator)
        while malice.generator.isFollowing, runner.position < positionMax {
            MaliceTests.learn(runner, &malice)
            let command = malice.command()
            try promise(!command.content.isEmpty, "a command has its content")
            if malice.generator.chance(10) { runner.effectiveAt = malice.time() }
            try runner.pose(command)
            try Invariants.check(runner.state)
        }
        let whole = Invariants.summary(runner.state)
        try promise(Invariants.summary(Invariants.fold(runner.log)) == whole, "the log gives the same state")
    }

    private static let positionMax = 600

    @Sendable private static func choiceSeeds() -> [[UInt8]] {
        (1...64 as ClosedRange<UInt64>).map { seed in
            var choices = Generator(seed: seed)
            return choices.bytes(200 + Int(seed) * 20)
        }
    }
}

/// The shards that sequences begin with.
enum CommandShard {
    /// Knows instruments and has two accounts, one of them with more than can be spent.
    static let trading = Result {
        var runner = try World.trading()
        _ = try runner.open("alpha", cash: 1_000_000)
        _ = try runner.open("beta", cash: 1_000_000_000_000_000)
        return runner
    }

    /// Mostly one that trades; else a new one, or one that holds global facts.
    static func chosen(by choices: inout Generator) throws -> ShardRunner {
        if choices.chance(80) { return try trading.get() }
        var runner = ShardRunner()
        if choices.chance(60) {
            var opened = ShardOpened()
            opened.isReference = true
            try runner.pose(.openShard(opened))
        }
        return runner
    }
}
