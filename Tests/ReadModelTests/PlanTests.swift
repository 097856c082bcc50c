import AccountsViewProjection
import AuditViewProjection
import BifrostKernel
import EventStore
import EventStorePostgres
import OrdersViewProjection
import PortfolioViewProjection
import PostgresClient
import Testing

@testable import ReadModels

@Suite("The plans of hot queries", .serialized)
struct PlanTests {
    /// Tables with some tens of thousands of rows of a few hundred accounts, as the server has analysed them.
    private func fill(_ fixture: ReadFixture) throws {
        for model in ReadModel.all(reference: .reference, trading: [ReadFixture.shard]) {
            _ = try fixture.build(model)
        }
        let admin = try fixture.admin()
        let account =
            "('00010000-0000-8000-8000-' || lpad(to_hex(((n % 300)::int8 << 28) + 16384), 12, '0'))::uuid"
        let order = "('00010000-0000-8000-8000-' || lpad(to_hex(n + 100000), 12, '0'))::uuid"
        try admin.execute(
            """
            insert into orders_v1.orders (shard, order_id, account_id, symbol, side, type, time_in_force,
                fix_status, alpaca_status, is_open, quantity, cumulative, leaves, traded_amount, is_external,
                placed_at, placed_on, changed_at, changed_position, state)
            select 1, \(order), \(account), 'S' || n % 50, 'BUY', 'LIMIT', 'DAY', '2', 'filled', n % 500 = 0,
                1, 1, 0, 1, false, n, date '2020-01-01', n, n, ''
            from generate_series(1, 40000) n;
            insert into accounts_v1.holds (shard, order_id, account, cash, shares, buys, is_open, changed_position,
                state)
            select 1, \(order), n % 300 + 1, 0, 0, 0, n % 500 = 0, n, '' from generate_series(1, 40000) n;
            insert into accounts_v1.accounts (shard, account, account_id, alias, currency, kind, opened_at, is_killed,
                limits_version, changed_position, state)
            select 1, n, \(account), 'a' || n, 'USD', 'CASH', 0, false, 0, 0, ''
            from generate_series(1, 300) n;
            insert into portfolio_v1.positions (shard, account_id, instrument_id, currency, quantity, settled, unsettled,
                cost, realised, income, changed_position, split_new, split_old, state)
            select 1, \(account), gen_random_uuid(), 'USD', 1, 1, 0, 1, 0, 0, 0, 1, 1, '' from generate_series(1, 20000) n;
            insert into portfolio_v1.days (shard, account_id, date, currency, equity, settled_cash, position_value,
                unrealised, realised, stale_marks, paid_in, paid_out, unvalued_flows, closed_position)
            select 1, \(account), date '2000-01-01' + n / 300, 'USD', 1, 1, 0, 0, 0, 0, 0, 0, 0, n
            from generate_series(1, 40000) n;
            insert into portfolio_v1.instruments (shard, instrument_id, symbol, currency, state)
            select 1, ('00000000-0000-8000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'S' || n, 'USD', ''
            from generate_series(1, 500) n;
            insert into portfolio_v1.positions (shard, account_id, instrument_id, currency, quantity, settled, unsettled,
                cost, realised, income, changed_position, split_new, split_old, state)
            select 1, a.account_id, i.instrument_id, 'USD', 1, 1, 0, 1, 0, 0, 0, 1, 1, ''
            from accounts_v1.accounts a join portfolio_v1.instruments i on (i.symbol <= 'S2') on conflict do nothing;
            insert into portfolio_v1.trades (shard, account_id, instrument_id, position, kind, effective_at,
                business_date, execution_id, currency, quantity, gross, fees, realised, trade_date, lot_method,
                numerator, denominator)
            select 1, \(account), ('00000000-0000-8000-8000-' || lpad(to_hex(n % 50 + 1), 12, '0'))::uuid, n, 'TRADE', n,
                date '2000-01-01' + n / 300, \(order), 'USD', 1, 1, 0, 0, date '2000-01-01' + n / 300, 'FIFO', 1, 1
            from generate_series(1, 60000) n;
            insert into audit_v1.entries (shard, position, types, account, story, instrument_id, named, actor,
                command_id, recorded_at, effective_at, business_date)
            select 1, n, array[(array[200, 201, 202, 204, 301, 302, 502, 505])[n % 8 + 1]], n % 300 + 1, \(order),
                \(account), 1, 'actor' || n % 40, 'c' || n, n::int8 * 1000000, n, date '2020-01-01'
            from generate_series(1, 60000) n;
            insert into audit_v1.findings (shard, rule, position, place, outcome)
            select 1, 'R' || n % 20, n, 0, 'REFUSED' from generate_series(1, 20000) n;
            insert into audit_v1.rarities (shard, position, type, account, instrument_id)
            select 1, n * 10, 504 + n % 2 * 3, n % 300 + 1, \(order) from generate_series(1, 6000) n;
            analyze
            """
        )
    }

    private typealias Hot = (
        name: String, index: String, statement: (text: String, parameters: [PostgresParameter])
    )

    private static let account = AccountID(
        Identifier(high: 0x0001_0000_0000_8000, low: 0x8000_0000_7000_4000)
    )

    private func orders() -> [Hot] {
        func hot(_ name: String, _ index: String, _ change: (inout OrderQuery) -> Void) -> Hot {
            var query = OrderQuery(Self.account)
            change(&query)
            return (name, index, OrdersView.statement(query, limit: 100, "orders_v1"))
        }
        return [
            hot("orders", "orders_by_account") { _ in },
            hot("orders before", "orders_by_account") { $0.before = 50_000 },
            hot("open orders", "orders_open") { $0.isOpen = true },
            hot("orders of a symbol", "orders_by_symbol") { $0.symbol = Symbol("S7") },
        ]
    }

    private func events() -> [Hot] {
        func hot(_ name: String, _ index: String, _ change: (inout AuditQuery) -> Void) -> Hot {
            var query = AuditQuery(ReadFixture.shard)
            change(&query)
            let statement = AuditStatement(query, .before(50_000), 100, "audit_v1")
            return (name, index, (statement.text, statement.parameters))
        }
        func listed(_ name: String, _ index: String, _ kind: AuditQuery.Kind) -> Hot {
            hot(name, index) {
                $0.account = Self.account
                $0.kind = kind
            }
        }
        return [
            hot("events of an account", "entries_by_account") { $0.account = Self.account },
            listed("refusals", "entries_refused", .refusals),
            listed("trades", "entries_booked", .trades),
            listed("bookings", "entries_booked", .bookings),
            listed("breaks of an account", "rarities_by_account", .breaks),
            hot("breaks", "rarities_pkey") { $0.kind = .breaks },
            hot("treatments", "rarities_by_instrument") {
                $0.instrument = InstrumentID(Self.account.id)
                $0.kind = .treatments
            },
            hot("story", "entries_by_story") { $0.story = Identifier(high: 1, low: 2) },
            hot("instrument", "entries_by_instrument") { $0.instrument = InstrumentID(Self.account.id) },
            hot("actor", "entries_by_actor") { $0.actor = ActorName("actor7") },
            hot("rule", "findings_pkey") { $0.rule = .killSwitchPulled },
            hot("time", "entries_pkey") {
                $0.since = Timestamp(nanos: 30_000_000_000)
                $0.until = Timestamp(nanos: 30_010_000_000)
            },
        ]
    }

    private func folio() -> [Hot] {
        func lots(_ name: String, _ change: (inout LotQuery) -> Void) -> Hot {
            var query = LotQuery(Self.account)
            change(&query)
            return (name, "trades_pkey", PortfolioProjection.statement(query, "portfolio_v1"))
        }
        let days = PortfolioProjection.statement(
            of: Self.account,
            from: BusinessDate(days: 11_000),
            through: BusinessDate(days: 11_060),
            "portfolio_v1"
        )
        return [
            lots("lots") { _ in }, lots("lots of a symbol") { $0.symbol = Symbol("S7") },
            lots("lots at a moment") {
                $0.position = 30_000
                $0.date = BusinessDate(days: 11_000)
            },
            ("returns", "days_pkey", days),
        ]
    }

    private func rows() -> [Hot] {
        let place = "shard = 1 and account_id = '\(Self.account.id.text)'"
        return [
            (
                "positions", "positions_pkey",
                ("select quantity from portfolio_v1.holdings where \(place)", [])
            ),
            (
                "equity", "days_pkey",
                ("select equity from portfolio_v1.days where \(place) order by date desc limit 90", [])
            ),
            (
                "holds", "holds_open",
                ("select state from accounts_v1.holds where shard = 1 and account = 7 and is_open", [])
            ),
        ]
    }

    @Test("scan no table, by the index that was made for each")
    func plans() throws {
        let fixture = try ReadFixture("read_plans")
        try fill(fixture)
        let reader = try PostgresConnection(fixture.log.access.reader)
        for hot in orders() + events() + folio() + rows() {
            let found = try reader.query("explain \(hot.statement.text)", hot.statement.parameters)
            let plan = try (0..<found.count).map { try found.text($0, 0) }
            #expect(plan.contains { $0.contains(hot.index) }, "\(hot.name): \(plan)")
            let scans = plan.filter { $0.contains("Seq Scan") && !$0.contains(" on instruments ") }
            #expect(scans.isEmpty, "\(hot.name): \(plan)")
        }
    }
}
