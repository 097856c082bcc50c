internal import BifrostKernel
internal import EventStore
internal import Portfolios
internal import RiskLimits
internal import Sagas

/// One account as answers show it: who it is, what it holds, what it may do.
struct AccountView {
    private let opened: AccountOpened
    private let sheet: AccountSheet
    private let symbols: [InstrumentID: Symbol]

    /// `nil` when `sheet` is not of that account.
    ///
    /// Blocks.
    init?(_ account: AccountID, _ sheet: AccountSheet, _ directory: Directory) throws {
        guard let opened = sheet.opened, opened.account == account else { return nil }
        self.opened = opened
        self.sheet = sheet
        symbols = try directory.symbols(of: sheet.holdings.map(\.instrument))
    }

    var json: JSON {
        let cash = sheet.cash(opened.currency)
        let held = sheet.risk.reservedCash[opened.currency] ?? .zero
        return [
            "account": .string(opened.account.id.text),
            "alias": .string(opened.alias),
            "owner": .string(opened.owner.id.text),
            "currency": .string(opened.currency.code),
            "kind": .string(opened.kind.name.lowercased()),
            "openedAt": .string(sheet.openedAt.text),
            "cash": .string(Money(clamping: cash.settled).text),
            "otherCash": otherCash,
            "receivable": .string(Money(clamping: cash.receivable).text),
            "payable": .string(Money(clamping: cash.payable).text),
            "reserved": .string(held.text),
            // What a margin account may spend depends on marks: its excess stands below, as of the close.
            "available": opened.kind == .margin
                ? .null : .string(Money(clamping: cash.settled - held.nanos).text),
            "positions": .array(sheet.holdings.map(position)),
            "killSwitch": .bool(sheet.risk.killed),
            "margin": margin,
            "limits": limits,
        ]
    }

    /// Settled cash in other currencies, by their codes.
    private var otherCash: JSON {
        let others = sheet.currencies.filter { $0 != opened.currency }
        return .object(
            others.map { JSON.Member($0.code, .string(Money(clamping: sheet.cash($0).settled).text)) }
        )
    }

    private func position(_ instrument: InstrumentID, _ held: AccountSheet.Holding) -> JSON {
        [
            "symbol": .optional(symbols[instrument]?.text),
            "instrument": .string(instrument.id.text),
            "quantity": .string(Money(clamping: held.quantity).text),
            "cost": .string(Money(clamping: held.cost).text),
        ]
    }

    /// The requirements at the last close and an open call; `null` of a cash account.
    private var margin: JSON {
        guard opened.kind == .margin else { return .null }
        let closed = sheet.closed
        return [
            "regime": .string(opened.marginRegime),
            "date": .optional(closed?.date.text),
            "equity": .optional(closed?.equity.text),
            "initialRequirement": .optional(closed?.initialRequirement?.text),
            "maintenanceRequirement": .optional(closed?.maintenanceRequirement?.text),
            "excess": .optional(closed?.marginExcess?.text),
            "callDeficit": .optional(sheet.risk.marginCall?.deficit.text),
        ]
    }

    private var limits: JSON {
        guard let limits = sheet.risk.limits else { return .null }
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
