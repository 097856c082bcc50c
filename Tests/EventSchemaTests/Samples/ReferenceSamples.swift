import BifrostKernel
import References
import Sagas

extension Sample {
    static let referenceSamples: [Sample] =
        pair(
            rich: .reference(.instrumentRegistered(instrumentRegistered)),
            sparse: .reference(.instrumentRegistered(InstrumentRegistered()))
        )
        + pair(
            rich: .reference(.marksRecorded(marksRecorded)),
            sparse: .reference(.marksRecorded(OfficialMarksRecorded()))
        )
        + pair(
            rich: .reference(.restrictionChanged(restrictionChanged)),
            sparse: .reference(.restrictionChanged(RestrictionChanged()))
        )
        + pair(rich: .reference(.feesSet(feesSet)), sparse: .reference(.feesSet(FeeScheduleSet())))
        + pair(
            rich: .reference(.tradingDaysDeclared(tradingDaysDeclared)),
            sparse: .reference(.tradingDaysDeclared(TradingDaysDeclared()))
        )
        + pair(
            rich: .reference(.copied(copied, .marksRecorded(marksRecorded))),
            sparse: .reference(.copied(sparseCopy, .restrictionChanged(RestrictionChanged())))
        )
        + pair(
            rich: .reference(.termsChanged(termsChanged)),
            sparse: .reference(.termsChanged(InstrumentTermsChanged()))
        )
        + pair(
            rich: .reference(.changeWithdrawn(changeWithdrawn)),
            sparse: .reference(.changeWithdrawn(InstrumentChangeWithdrawn()))
        )
        + pair(
            rich: .reference(.statusChanged(statusChanged)),
            sparse: .reference(.statusChanged(InstrumentStatusChanged()))
        )

    private static var instrumentRegistered: InstrumentRegistered {
        var payload = InstrumentRegistered()
        payload.instrument = Extreme.instrument
        payload.symbol = Extreme.symbol
        payload.currency = Extreme.yen
        payload.tickSize = Extreme.price
        payload.lotSize = Extreme.quantity
        payload.tradingCalendar = Extreme.text
        payload.settlementCalendar = "XNYS"
        payload.settlementDays = .max
        payload.validFrom = Extreme.lowDate
        payload.synthetic = true
        return payload
    }

    private static var termsChanged: InstrumentTermsChanged {
        var payload = InstrumentTermsChanged()
        payload.instrument = Extreme.instrument
        payload.version = .max
        payload.effectiveFrom = Extreme.date
        payload.terms = instrumentRegistered
        payload.terms.tickTable = [TickStep(), TickStep(from: Extreme.lowPrice, Extreme.price)]
        payload.terms.priceScale = 0
        payload.terms.quantityScale = .max
        payload.terms.sector = Extreme.text
        payload.terms.marginable = true
        payload.terms.shortable = true
        payload.terms.fractionable = true
        payload.terms.settlementCycles = [
            SettlementCycle(), SettlementCycle(from: Extreme.lowDate, days: .max),
        ]
        return payload
    }

    private static var changeWithdrawn: InstrumentChangeWithdrawn {
        var payload = InstrumentChangeWithdrawn()
        payload.instrument = Extreme.instrument
        payload.version = .max
        payload.effectiveFrom = Extreme.lowDate
        payload.terms = instrumentRegistered
        return payload
    }

    private static var statusChanged: InstrumentStatusChanged {
        var payload = InstrumentStatusChanged()
        payload.instrument = Extreme.instrument
        payload.status = .delisted
        payload.version = .max
        return payload
    }

    private static var marksRecorded: OfficialMarksRecorded {
        var payload = OfficialMarksRecorded()
        payload.date = Extreme.date
        payload.version = .max
        payload.source = Extreme.text
        payload.marks = [
            OfficialMark(),
            OfficialMark(Extreme.instrument, Extreme.price),
            OfficialMark(Extreme.instrument, Extreme.lowPrice),
        ]
        return payload
    }

    private static var restrictionChanged: RestrictionChanged {
        var payload = RestrictionChanged()
        payload.instrument = Extreme.instrument
        payload.restricted = true
        payload.listVersion = .max
        return payload
    }

    private static var feesSet: FeeScheduleSet {
        var payload = FeeScheduleSet()
        payload.venue = Extreme.text
        payload.commission = Extreme.rate
        payload.validFrom = Extreme.date
        payload.version = .max
        return payload
    }

    private static var tradingDaysDeclared: TradingDaysDeclared {
        var payload = TradingDaysDeclared()
        payload.calendar = "XNYS"
        payload.source = Extreme.text
        payload.days = [.min, -1, 0, 1, 64, .max].map { BusinessDate(days: $0) }
        return payload
    }

    private static var copied: ReferenceFactCopied {
        var payload = ReferenceFactCopied()
        payload.sourcePosition = Extreme.position
        payload.sourceHash = [UInt8](224...255)
        payload.type = OfficialMarksRecorded.eventType
        payload.schemaVersion = 1
        payload.payload = WireEncoder.encode(marksRecorded)
        return payload
    }

    private static var sparseCopy: ReferenceFactCopied {
        var payload = ReferenceFactCopied()
        payload.type = RestrictionChanged.eventType
        payload.schemaVersion = 1
        return payload
    }
}
