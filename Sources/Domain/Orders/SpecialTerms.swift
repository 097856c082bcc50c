public import BifrostKernel

/// The terms that a plain market or limit order for the day does not have.
///
/// They are kept apart, because most orders have none and pass the core by tens of thousands a second.
public struct SpecialTerms: Hashable, Sendable {
    /// The price at which a stop becomes an order.
    public var stopPrice: Price?
    /// How far the stop of a trailing order stays behind the market, as a price.
    public var trailingAmount: Price?
    /// How far the stop of a trailing order stays behind the market, as a share of the price.
    public var trailingRate: BasisPoints?
    /// How far the limit of a trailing stop-limit is from its stop, as a price.
    public var limitOffset: Price?
    /// The least that may trade at once.
    public var minimumQuantity: Quantity?
    /// The most that the book shows.
    public var displayQuantity: Quantity?
    /// It may make a position smaller and never larger or opposite.
    public var reduceOnly = false
    /// It rests on the book or is refused; it never takes.
    public var postOnly = false
    /// A cash dividend leaves its prices as they are.
    public var doNotReduce = false
    /// The last business date that it lives on.
    public var expireDate: BusinessDate?
    /// The group of orders that it belongs to, by the id of the group's first order, or none.
    public var group = OrderID.none
    /// What it does to the others of its group.
    public var contingency: Contingency?
    /// The moment from which it trades no more.
    public var expireAt: Timestamp?
    /// The lots that it closes first.
    public var lots: [ChosenLot] = []
    /// How its trades choose among open lots; the account's method where absent.
    public var lotMethod: LotMethod?
    /// The locate that a short sale rests on, by the name that its giver has for it.
    public var locate: ClientName?
    /// It stays here and is worked by slices, orders that name it as their parent; no venue gets it.
    public var worked = false

    /// None of them.
    public init() {}

    /// The terms without those that are the account's own business and no venue's.
    public var forVenue: SpecialTerms {
        var terms = self
        terms.lots = []
        terms.lotMethod = nil
        return terms
    }

    /// None of them.
    public static let none = SpecialTerms()
}

extension Rarely where Value == SpecialTerms {
    /// The same without what is no venue's business.
    public var forVenue: Self {
        guard let value, !value.lots.isEmpty || value.lotMethod != nil else { return self }
        var venues = self
        venues.terms = value.forVenue
        return venues
    }

    /// The terms, all absent when none are kept; setting those keeps none.
    public var terms: SpecialTerms {
        get { value ?? .none }
        set { self = newValue == .none ? .never : .kept(newValue) }
    }
}
