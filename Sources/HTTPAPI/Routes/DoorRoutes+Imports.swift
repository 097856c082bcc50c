internal import BifrostKernel
internal import HTTPTypes
internal import Hummingbird
internal import Sagas

extension DoorRoutes {
    func addImports(to routes: RouterGroup<BasicRequestContext>) {
        routes.post("accounts/:account/imports") { request, context in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = ImportHoldings()
            for element in try fields.list("cash", countMax: ImportHoldings.linesMax) {
                var line = try RequestFields(element, at: "an element of `cash`")
                var move = MoveCash()
                move.currency = try line.currency("currency")
                move.amount = try line.money("amount")
                try line.end()
                command.cash.append(move)
            }
            for element in try fields.list("lots", countMax: ImportHoldings.linesMax) {
                var line = try RequestFields(element, at: "an element of `lots`")
                var lot = HoldingLine()
                lot.symbol = try line.symbol("symbol")
                lot.quantity = try line.quantity("quantity")
                lot.cost = try line.money("cost")
                lot.acquired = try line.date("acquired")
                try line.end()
                command.lots.append(lot)
            }
            try fields.end()
            let account = try await account(try context.parameter("account"))
            return try await pose(.importHoldings(account, command), id, created: true)
        }
    }
}
