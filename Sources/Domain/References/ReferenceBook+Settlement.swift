public import BifrostKernel

extension ReferenceBook {
    /// The day on which a trade of `instrument` on `date` settles: the n-th day of its settlement calendar
    /// after the trade, by the cycle that holds on the trade date; the trade date itself where n is zero.
    ///
    /// The settlement calendar is the trading calendar where an instrument names none. Monday to Friday are
    /// its days where none are declared, before the first and beyond the last.
    public func settlementDate(of instrument: InstrumentID, tradedOn date: BusinessDate) -> BusinessDate {
        guard let terms = terms(of: instrument, on: date) else { return date }
        let cycle = min(terms.settlementDays(tradedOn: date), InstrumentRegistered.settlementDaysMax)
        let name = terms.settlementCalendar.isEmpty ? terms.tradingCalendar : terms.settlementCalendar
        let calendar = calendarByName[name]
        var day = date
        for _ in 0..<cycle { day = calendar?.declaredDay(after: day) ?? day.nextWeekday }
        return day
    }
}

extension TradingCalendar {
    /// The first day after `date`, `nil` where the declared days do not reach.
    fileprivate func declaredDay(after date: BusinessDate) -> BusinessDate? {
        guard let first = days.first, date >= first else { return nil }
        return next(after: date)
    }
}

extension BusinessDate {
    /// The first day from Monday to Friday after this one; this one at the end of time.
    fileprivate var nextWeekday: BusinessDate {
        let distance: Int32 = weekday < 4 ? 1 : Int32(7 - weekday)
        return days <= .max - distance ? BusinessDate(days: days + distance) : self
    }
}
