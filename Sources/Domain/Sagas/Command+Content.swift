internal import BifrostKernel
internal import Orders
internal import References

/// The canonical content of a command: what two requests with one id are compared by.
///
/// The first byte pair is the command's number; what belongs to the request's moment (prices seen, times,
/// transport) is left out. The form is frozen, because digests of it are stored.
extension Command {
    /// The canonical bytes.
    public var content: [UInt8] {
        var encoder = WireEncoder()
        encode(into: &encoder)
        return encoder.bytes
    }

    private func encode(into encoder: inout WireEncoder) {
        switch self {
        case .openShard(let value): encoder.command(1, value)
        case .startWriter(let value): encoder.command(2, value)
        case .openAccount(let value): encoder.command(3, value)
        case .deposit(let account, let value): encoder.command(4, value, account.id)
        case .withdraw(let account, let value): encoder.command(5, value, account.id)
        case .setLimits(let account, let value): encoder.command(6, value, account.id)
        case .placeOrder(let account, let value): encoder.command(7, value, account.id)
        case .cancelOrder(let account, let order): encoder.command(8, order, account.id)
        case .acknowledgeOrder(let account, let value): encoder.command(9, value, account.id)
        case .recordExecution(let account, let value): encoder.command(10, value, account.id)
        case .confirmCancel(let account, let order): encoder.command(11, order, account.id)
        case .refuseCancel(let account, let order): encoder.command(12, order, account.id)
        case .rejectAtVenue(let account, let order, let code):
            encoder.command(13, order, account.id)
            encoder.number(3, UInt64(code.rawValue))
        case .pullKillSwitch(let account): encoder.command(14, OrderID.none, account?.id ?? .none)
        case .releaseKillSwitch(let account): encoder.command(15, OrderID.none, account?.id ?? .none)
        case .continueSweep(let position, let done):
            encoder.command(16, OrderID.none, .none)
            encoder.number(3, UInt64(bitPattern: position))
            encoder.number(4, done)
        case .rollDay(let calendar, let date):
            var value = DayRolled()
            value.calendar = calendar
            value.date = date
            encoder.command(17, value)
        case .continueRoll(let date, let step):
            var value = DayRolled()
            value.date = date
            encoder.command(18, value)
            encoder.number(3, step)
        case .registerInstrument(let value): encoder.command(19, value)
        case .recordMarks(let value): encoder.command(20, value)
        case .restrict(let symbol, let restricted):
            encoder.command(21, SymbolPrice(symbol, .zero))
            encoder.number(3, restricted ? 1 : 0)
        case .setFees(let value): encoder.command(22, value)
        case .declareTradingDays(let value): encoder.command(23, value)
        case .copyReference(let value, _): encoder.command(24, value)
        case .importHoldings(let account, let value): encoder.command(51, value, account.id)
        case .announceCorporateAction(let value): encoder.command(50, value)
        case .correctCorporateAction(let value): encoder.command(94, value)
        case .withdrawCorporateAction(let value): encoder.command(95, value)
        case .catchUp(let date): encoder.command(110, SessionOpened("", date))
        case .openSession(let calendar, let date): encoder.command(62, SessionOpened(calendar, date))
        case .closeSession(let calendar, let date): encoder.command(63, SessionOpened(calendar, date))
        case .rollThrough(let calendar, let date): encoder.command(64, SessionOpened(calendar, date))
        case .changeInstrument(let value): encoder.command(60, value)
        case .setInstrumentStatus(let symbol, let status):
            encoder.command(61, SymbolPrice(symbol, .zero))
            encoder.number(3, UInt64(status.rawValue))
        case .replaceOrder(let account, let value): encoder.command(25, value, account.id)
        case .recordVenueFact(let account, let fact): encode(fact, account, into: &encoder)
        case .reviewOrder(let account, let value): encoder.command(35, value, account.id)
        default: encodeSaga(into: &encoder)
        }
    }

    private func encodeSaga(into encoder: inout WireEncoder) {
        switch self {
        case .rebalance(let account, let value): encoder.command(70, value, account.id)
        case .continueRebalance(let account, let rebalance, let step):
            encoder.command(71, OrderID(rebalance), account.id)
            encoder.number(6, step)
        case .stopRebalance(let account, let rebalance):
            encoder.command(72, OrderID(rebalance), account.id)
        case .reachDeadline(let account, let thing, let since):
            encoder.command(73, OrderID(thing), account.id)
            encoder.number(6, UInt64(bitPattern: since))
        case .resolveOrder(let account, let value): encoder.command(36, value, account.id)
        case .transferCash(let account, let value): encoder.command(37, value, account.id)
        case .resolveBreak(let account, let value): encoder.command(38, value, account.id)
        case .convertCash(let account, let value): encoder.command(83, value, account.id)
        case .recordRates(let value): encoder.command(84, value)
        case .placeGroup(let account, let value): encoder.command(90, value, account.id)
        case .continueGroup(let account, let group, let step):
            encoder.command(91, group, account.id)
            encoder.number(6, step)
        case .cancelGroup(let account, let group): encoder.command(92, group, account.id)
        case .resolveGroup(let account, let value): encoder.command(93, value, account.id)
        case .recordExternal(let account, let value): encoder.command(100, value, account.id)
        case .assignTrade(let account, let value): encoder.command(101, value, account.id)
        case .resolveStrayBreak(let value): encoder.command(102, value)
        case .expireOrder(let account, let order): encoder.command(103, order, account.id)
        case .setInterestRates(let value): encoder.command(85, value)
        case .linkPerson(let value): encoder.command(120, value)
        case .erasePerson(let value): encoder.command(121, value)
        case .continueWork(let account, let order, let step):
            encoder.command(111, order, account.id)
            encoder.number(6, step)
        case .correctInstrument(let value): encoder.command(112, value)
        case .withdrawInstrumentChange(let value): encoder.command(113, value)
        default: preconditionFailure("every command has a content")
        }
    }

    private func encode(_ fact: VenueFact, _ account: AccountID, into encoder: inout WireEncoder) {
        switch fact {
        case .replaced(let value): encoder.command(26, value, account.id)
        case .replaceRejected(let value): encoder.command(27, value, account.id)
        case .triggered(let value): encoder.command(28, value, account.id)
        case .doneForDay(let value): encoder.command(29, value, account.id)
        case .suspended(let value): encoder.command(30, value, account.id)
        case .resumed(let value): encoder.command(31, value, account.id)
        case .restated(let value): encoder.command(32, value, account.id)
        case .corrected(let value): encoder.command(33, value, account.id)
        case .busted(let value): encoder.command(34, value, account.id)
        }
    }
}

extension WireEncoder {
    fileprivate mutating func command<M: WireFields>(
        _ kind: UInt64,
        _ value: M,
        _ account: Identifier = .none
    ) {
        number(1, kind)
        var account = account
        identifier(2, "account", &account)
        append(value)
    }

    fileprivate mutating func command(_ kind: UInt64, _ order: OrderID, _ account: Identifier) {
        number(1, kind)
        var account = account
        identifier(2, "account", &account)
        var order = order.id
        identifier(5, "order", &order)
    }

    fileprivate mutating func number(_ field: UInt64, _ value: UInt64) {
        var value = value
        uint(field, "number", &value)
    }
}
