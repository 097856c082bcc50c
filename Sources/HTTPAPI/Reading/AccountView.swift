internal import BifrostKernel
internal import EventStore
internal import Portfolios
internal import RiskLimits
internal import Sagas

/// One account as its events tell it: who it is, what it holds, what it may do.
struct AccountView {
    private let opened: AccountOpened
    private let openedAt: Timestamp
    private let portfolio: PortfolioState
    private let risk: RiskState
    private let symbols: [InstrumentID: Symbol]

    /// The account of that id as the log up to position `through` has it; `nil` when there is none.
    ///
    /// Blocks.
    static func read(
        _ account: AccountID,
        through: Int64,
        _ log: any EventLog,
        _ shard: ShardNumber,
        _ directory: Directory
    ) throws -> AccountView? {
        func stream(_ kind: StreamKind) -> LogSelection {
            .stream(AccountOrdinal(account), StreamOrdinal(kind, of: account.id), afterVersion: 0)
        }
        var found: (opened: AccountOpened, at: Timestamp)? = nil
        try EventPages.read(log, shard, stream(.account), through: through) { read in
            if case .accountOpened(let fact) = read.event { found = (fact, read.header.effectiveAt) }
        }
        guard let found, found.opened.account == account else { return nil }
        var portfolio = Portfolio.initial
        try EventPages.read(log, shard, stream(.portfolio), through: through) { read in
            if case .portfolio(let event) = read.event {
                Portfolio.evolve(&portfolio, by: event, at: read.header.effectiveAt)
            }
        }
        var risk = RiskBook.initial
        try EventPages.read(log, shard, stream(.risk), through: through) { read in
            if case .risk(let event) = read.event { RiskBook.evolve(&risk, by: event) }
        }
        let symbols = try directory.symbols(of: Array(portfolio.instruments))
        return AccountView(
            opened: found.opened,
            openedAt: found.at,
            portfolio: portfolio,
            risk: risk,
            symbols: symbols
        )
    }

    var json: JSON {
        let cash = portfolio.cash(opened.currency)
        let held = risk.reservedCash[opened.currency] ?? .zero
        return [
            "account": .string(opened.account.id.text),
            "alias": .string(opened.alias),
            "owner": .string(opened.owner.id.text),
            "currency": .string(opened.currency.code),
            "kind": .string(opened.kind.name.lowercased()),
            "openedAt": .string(openedAt.text),
            "cash": .string(cash.text),
            "otherCash": otherCash,
            "receivable": .string(portfolio.receivable(opened.currency).text),
            "payable": .string(portfolio.payable(opened.currency).text),
            "reserved": .string(held.text),
            // What a margin account may spend depends on marks: its excess stands below, as of the close.
            "available": opened.kind == .margin
                ? .null : .string(Money(clamping: cash.nanos - held.nanos).text),
            "positions": .array(portfolio.instruments.map(position)),
            "killSwitch": .bool(risk.killed),
            "margin": margin,
            "limits": limits,
        ]
    }

    /// Settled cash in other currencies, by their codes.
    private var otherCash: JSON {
        let others = portfolio.ledger.currencies([.cashSettled]).filter { $0 != opened.currency }
        return .object(others.map { JSON.Member($0.code, .string(portfolio.cash($0).text)) })
    }

    private func position(_ instrument: InstrumentID) -> JSON {
        [
            "symbol": .optional(symbols[instrument]?.text),
            "instrument": .string(instrument.id.text),
            "quantity": .string(portfolio.position(instrument).text),
            "cost": .string(portfolio.cost(instrument).text),
        ]
    }

    /// The requirements at the last close and an open call; `null` of a cash account.
    private var margin: JSON {
        guard opened.kind == .margin else { return .null }
        let closed = portfolio.closedDay
        return [
            "regime": .string(opened.marginRegime),
            "date": .optional(closed?.date.text),
            "equity": .optional(closed?.equity.text),
            "initialRequirement": .optional(closed?.initialRequirement?.text),
            "maintenanceRequirement": .optional(closed?.maintenanceRequirement?.text),
            "excess": .optional(closed?.marginExcess?.text),
            "callDeficit": .optional(risk.marginCall?.deficit.text),
        ]
    }

    private var limits: JSON {
        guard let limits = risk.limits else { return .null }
        return [
            "version": .count(Int64(limits.version)),
            "profile": .optional(limits.profile.isEmpty ? nil : limits.profile),
            "orderValueMax": .string(limits.orderValueMax.text),
            "priceCollarBasisPoints": .string(limits.priceCollar.text),
            "approvalPolicy": .optional(limits.approvalPolicy.isEmpty ? nil : limits.approvalPolicy),
            "approvers": .array(limits.approvers.map { .string($0) }),
            "grossExposureMax": .optional(limits.grossExposureMax?.text),
            "netExposureMax": .optional(limits.netExposureMax?.text),
            "positionValueMax": .optional(limits.positionValueMax?.text),
            "concentrationMaxBasisPoints": .optional(limits.concentrationMax?.text),
            "dayLossMax": .optional(limits.dayLossMax?.text),
            "drawdownMaxBasisPoints": .optional(limits.drawdownMax?.text),
            "orderQuantityMax": .optional(limits.orderQuantityMax?.text),
            "ordersPerSecondMax": .optional(limits.ordersPerSecondMax.map { String($0) }),
            "openOrdersMax": .optional(limits.openOrdersMax.map { String($0) }),
            "duplicateWindowMillis": .optional(limits.duplicateWindowMillis.map { String($0) }),
        ]
    }
}
