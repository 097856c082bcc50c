import BifrostKernel
import Testing

@Suite("rejections and decisions")
struct RejectionTests {
    /// Frozen: numbers stand in events, names in the API.
    static let table: [(UInt16, String)] = [
        (1, "QUANTITY_NOT_POSITIVE"),
        (3, "QUANTITY_NOT_LOT_MULTIPLE"),
        (4, "LIMIT_PRICE_MISSING"),
        (5, "LIMIT_PRICE_UNEXPECTED"),
        (6, "PRICE_NOT_POSITIVE"),
        (7, "PRICE_NOT_TICK_MULTIPLE"),
        (8, "AMOUNT_NOT_POSITIVE"),
        (9, "AMOUNT_NOT_PAYABLE"),
        (10, "UNKNOWN_ACCOUNT"),
        (11, "UNKNOWN_SYMBOL"),
        (12, "UNKNOWN_ORDER"),
        (14, "UNKNOWN_CALENDAR"),
        (15, "ALIAS_TAKEN"),
        (16, "SYMBOL_TAKEN"),
        (17, "CURRENCY_MISMATCH"),
        (18, "CLIENT_ORDER_ID_TAKEN"),
        (19, "CALENDAR_OUT_OF_ORDER"),
        (20, "DAY_OUT_OF_ORDER"),
        (21, "NOT_A_TRADING_DAY"),
        (22, "NOT_ON_THIS_SHARD"),
        (23, "SETTLEMENT_UNSUPPORTED"),
        (25, "TOO_MANY_ITEMS"),
        (26, "DECISION_TOO_LARGE"),
        (27, "NOTIONAL_TOO_LARGE"),
        (29, "REFERENCE_OUT_OF_ORDER"),
        (30, "FEE_UNSUPPORTED"),
        (31, "STOP_PRICE_MISSING"),
        (32, "STOP_PRICE_UNEXPECTED"),
        (33, "TRAILING_DISTANCE_INVALID"),
        (34, "QUANTITY_BELOW_FILLED"),
        (35, "MINIMUM_QUANTITY_INVALID"),
        (36, "DISPLAY_QUANTITY_INVALID"),
        (37, "EXPIRE_DATE_INVALID"),
        (38, "TERMS_CONFLICT"),
        (39, "ORDER_NOT_OPEN"),
        (40, "WEIGHTS_ABOVE_WHOLE"),
        (41, "REBALANCE_UNDER_WAY"),
        (42, "UNKNOWN_REBALANCE"),
        (43, "TARGET_TWICE"),
        (44, "TRANSFER_TO_ITSELF"),
        (45, "UNKNOWN_BREAK"),
        (48, "SPLIT_RATIO_UNSUPPORTED"),
        (49, "PAY_DATE_BEFORE_EX_DATE"),
        (50, "EX_DATE_PASSED"),
        (51, "CORPORATE_ACTION_TAKEN"),
        (52, "ACQUIRED_IN_FUTURE"),
        (55, "INSTRUMENT_TERMS_INVALID"),
        (56, "INSTRUMENT_TERMS_OUT_OF_ORDER"),
        (57, "SESSION_STILL_OPEN"),
        (58, "OUTSIDE_SESSION"),
        (59, "FEE_BOUNDS_INVALID"),
        (60, "FEE_RATE_INVALID"),
        (61, "FEE_KIND_TWICE"),
        (62, "FEE_CURRENCY_MISSING"),
        (63, "CONVERSION_TO_ITSELF"),
        (64, "EXCHANGE_RATE_UNAVAILABLE"),
        (65, "DAY_COUNT_MISSING"),
        (66, "CURRENCY_PAIR_INVALID"),
        (68, "GROUP_LEG_REFUSED"),
        (69, "GROUP_LEG_COUNT_INVALID"),
        (70, "GROUP_LEGS_DIFFER"),
        (71, "UNKNOWN_GROUP"),
        (75, "MARGIN_CURRENCY_UNSUPPORTED"),
        (76, "SHORT_SALE_NEEDS_MARGIN"),
        (77, "LOCATE_UNEXPECTED"),
        (78, "UNKNOWN_OWNER"),
        (80, "EXTERNAL_ORDER"),
        (81, "EXPIRE_TIME_INVALID"),
        (82, "EXPIRE_DATE_AND_TIME"),
        (83, "UNKNOWN_LOT"),
        (84, "LOT_QUANTITY_INVALID"),
        (85, "LOT_ON_OTHER_SIDE"),
        (86, "CALENDAR_BEHIND"),
        (87, "SYMBOL_GIVEN_UP"),
        (88, "PARENT_NOT_OPEN"),
        (89, "PARENT_DIFFERS"),
        (90, "PARENT_QUANTITY_EXCEEDED"),
        (91, "WORKED_ORDER_INVALID"),
        (92, "QUANTITY_BELOW_SLICES"),
        (93, "UNKNOWN_CORPORATE_ACTION"),
        (94, "CORPORATE_ACTION_BEGUN"),
        (95, "CORPORATE_ACTION_OVER"),
        (96, "SPLIT_SINCE_TRADE"),
        (97, "ROLL_UNFINISHED"),
        (98, "UNKNOWN_INSTRUMENT_CHANGE"),
        (99, "INSTRUMENT_CHANGE_OVER"),
        (100, "ORDER_VALUE_ABOVE_LIMIT"),
        (101, "PRICE_OUTSIDE_COLLAR"),
        (102, "BUYING_POWER_EXCEEDED"),
        (103, "POSITION_INSUFFICIENT"),
        (104, "KILL_SWITCH_PULLED"),
        (105, "PRICE_UNAVAILABLE"),
        (106, "CASH_INSUFFICIENT"),
        (107, "BALANCE_TOO_LARGE"),
        (108, "ORDER_QUANTITY_ABOVE_LIMIT"),
        (109, "POSITION_VALUE_ABOVE_LIMIT"),
        (110, "GROSS_EXPOSURE_ABOVE_LIMIT"),
        (111, "NET_EXPOSURE_ABOVE_LIMIT"),
        (112, "CONCENTRATION_ABOVE_LIMIT"),
        (113, "DAY_LOSS_ABOVE_LIMIT"),
        (114, "DRAWDOWN_ABOVE_LIMIT"),
        (115, "ORDERS_PER_SECOND_ABOVE_LIMIT"),
        (116, "OPEN_ORDERS_ABOVE_LIMIT"),
        (117, "DUPLICATE_ORDER"),
        (118, "LIMITS_OUT_OF_ORDER"),
        (119, "APPROVAL_MISSING"),
        (120, "SALE_NOT_LONG"),
        (121, "SALE_NOT_SHORT"),
        (122, "INITIAL_MARGIN_EXCEEDED"),
        (123, "MARGIN_WITHDRAWAL_EXCEEDED"),
        (124, "MARGIN_CALL_OPEN"),
        (200, "INSTRUMENT_RESTRICTED"),
        (201, "INSTRUMENT_HALTED"),
        (202, "INSTRUMENT_CLOSING_ONLY"),
        (203, "INSTRUMENT_DELISTED"),
        (204, "INSTRUMENT_NOT_SHORTABLE"),
        (205, "LOCATE_MISSING"),
        (300, "VENUE_REJECTED"),
        (301, "VENUE_UNPRICED"),
        (302, "VENUE_WOULD_TRADE"),
        (303, "VENUE_SILENT"),
    ]

    @Test("numbers and names of rejection codes are frozen")
    func frozen() {
        #expect(RejectionCode.allCases.map(\.rawValue) == Self.table.map(\.0))
        #expect(RejectionCode.allCases.map(\.name) == Self.table.map(\.1))
    }

    @Test("a decision takes 256 events and rejects the command that wants one more")
    func decisionLimit() throws {
        #expect(decisionEventsMax == 256)
        var decision = Decision<Int>()
        for event in 0..<decisionEventsMax { try decision.emit(event) }
        #expect(throws: Rejection(.decisionTooLarge, limit: 256_000_000_000)) { try decision.emit(256) }
        #expect(Array(decision.events) == Array(0..<256))
        decision.clear()
        #expect(decision.events.isEmpty)
        try decision.emit(1)
        #expect(Array(decision.events) == [1])
    }

    @Test("a choice prints its words")
    func choiceNames() {
        #expect(Flavour.allCases.map(\.name) == ["SWEET", "SWEET_AND_SOUR"])
    }

    private enum Flavour: UInt8, WireChoice {
        case sweet = 1
        case sweetAndSour = 2
    }
}
