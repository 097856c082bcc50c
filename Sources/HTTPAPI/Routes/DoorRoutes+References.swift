internal import BifrostKernel
internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import References
internal import Sagas

extension DoorRoutes {
    func addReferences(to routes: RouterGroup<BasicRequestContext>) {
        addCalendars(to: routes)
        routes.post("marks") { request, _ in
            let id = try commandID(request)
            var fields = try await fields(request)
            var command = RecordMarks()
            command.date = try fields.date("date")
            command.source = try fields.label("source") ?? Self.actorName
            for element in try fields.list("marks", countMax: ReferenceBook.marksMax) {
                var mark = try RequestFields(element, at: "an element of `marks`")
                command.marks.append(SymbolPrice(try mark.symbol("symbol"), try mark.price("price")))
                try mark.end()
            }
            try fields.end()
            return try await declare(.recordMarks(command), id, created: true)
        }
    }
}
