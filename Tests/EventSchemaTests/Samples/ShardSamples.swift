import BifrostKernel
import Sagas

extension Sample {
    static let shardSamples: [Sample] =
        pair(rich: .shardOpened(shardOpened), sparse: .shardOpened(ShardOpened()))
        + pair(rich: .writerStarted(writerStarted), sparse: .writerStarted(WriterStarted()))
        + pair(rich: .commandRejected(commandRejected), sparse: .commandRejected(CommandRejected()))
        + pair(
            rich: .commandHadNoEffect(commandHadNoEffect),
            sparse: .commandHadNoEffect(CommandHadNoEffect())
        )
        + pair(rich: .dayRolled(dayRolled), sparse: .dayRolled(DayRolled()))
        + pair(rich: .sweepAdvanced(sweepAdvanced), sparse: .sweepAdvanced(SweepAdvanced()))
        + pair(rich: .dayCloseContinued(dayCloseContinued), sparse: .dayCloseContinued(DayCloseContinued()))
        + pair(
            rich: .sessionOpened(SessionOpened(Extreme.text, Extreme.date)),
            sparse: .sessionOpened(SessionOpened())
        )
        + pair(
            rich: .sessionClosed(SessionClosed(Extreme.text, Extreme.lowDate)),
            sparse: .sessionClosed(SessionClosed())
        )
        + pair(rich: .ownerRegistered(ownerRegistered), sparse: .ownerRegistered(OwnerRegistered()))
        + pair(rich: .accountOpened(accountOpened), sparse: .accountOpened(AccountOpened()))
        + pair(rich: .person(.linked(personLinked)), sparse: .person(.linked(PersonLinked())))
        + pair(rich: .person(.erased(personErased)), sparse: .person(.erased(PersonErased())))

    private static var shardOpened: ShardOpened {
        var payload = ShardOpened()
        payload.log = Extreme.log
        payload.shard = .max
        payload.isReference = true
        payload.clock = .simulated
        return payload
    }

    private static var writerStarted: WriterStarted {
        var payload = WriterStarted()
        payload.epoch = Extreme.position
        payload.build = Extreme.text
        return payload
    }

    private static var commandRejected: CommandRejected {
        var payload = CommandRejected()
        payload.code = .venueUnpriced
        payload.limit = .max
        payload.value = .min
        payload.command = Extreme.bytes
        return payload
    }

    private static var commandHadNoEffect: CommandHadNoEffect {
        var payload = CommandHadNoEffect()
        payload.command = Extreme.bytes
        return payload
    }

    private static var dayRolled: DayRolled {
        var payload = DayRolled()
        payload.calendar = Extreme.text
        payload.date = Extreme.lowDate
        return payload
    }

    private static var sweepAdvanced: SweepAdvanced {
        var payload = SweepAdvanced()
        payload.sweep = Extreme.position
        payload.done = .max
        payload.total = 1 << 63
        return payload
    }

    private static var dayCloseContinued: DayCloseContinued {
        var payload = DayCloseContinued()
        payload.date = Extreme.date
        return payload
    }

    private static var ownerRegistered: OwnerRegistered {
        var payload = OwnerRegistered()
        payload.owner = Extreme.owner
        return payload
    }

    private static var personLinked: PersonLinked {
        var payload = PersonLinked()
        payload.account = Extreme.account
        payload.actor = Extreme.text
        payload.person.role = Extreme.text
        payload.person.commitment = Extreme.bytes
        return payload
    }

    private static var personErased: PersonErased {
        var payload = PersonErased()
        payload.person = Extreme.log
        return payload
    }

    private static var accountOpened: AccountOpened {
        var payload = AccountOpened()
        payload.account = Extreme.account
        payload.owner = Extreme.owner
        payload.alias = "a-very_long-alias-0123456789-abc"
        payload.currency = Extreme.yen
        payload.kind = .cash
        payload.custodian = Extreme.text
        return payload
    }
}
